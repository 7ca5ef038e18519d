#include "Fuzzing.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>

namespace
{

namespace fs = std::filesystem;
namespace fuzz = waymark::fuzz;

constexpr int usageError = 64;
constexpr std::string_view usage =
    "usage: PROGRAM FILE|FOLDER...         runs the target on each file\n"
    "       PROGRAM --write-seeds FOLDER   writes the inputs that the target itself knows\n";

std::vector<fs::path> filesIn(const fs::path& place)
{
    if (!fs::is_directory(place))
        return {place};
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(place))
        files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

waymark::Bytes contentOf(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    fuzz::require(stream.is_open(), "every input can be read");
    return {std::istreambuf_iterator<char>(stream), {}};
}

int writeSeeds(const fs::path& folder)
{
    fs::create_directories(folder);
    for (const fuzz::Seed& seed : fuzz::seeds()) {
        std::ofstream stream(folder / seed.name, std::ios::binary | std::ios::trunc);
        stream << fuzz::asText(seed.bytes);
        fuzz::require(stream.flush().good(), "every seed can be written");
    }
    return 0;
}

/// Each file's name comes first, so that the last one named is the one that ended the program.
int replay(std::span<const std::string_view> places)
{
    std::size_t count = 0;
    for (const std::string_view place : places) {
        for (const fs::path& file : filesIn(place)) {
            std::cout << file.filename().string() << '\n' << std::flush;
            fuzz::run(contentOf(file));
            ++count;
        }
    }
    for (const fuzz::Seed& seed : fuzz::seeds()) {
        std::cout << "seed " << seed.name << '\n' << std::flush;
        fuzz::run(seed.bytes);
    }
    std::cout << count << " inputs ran\n";
    return count > 0 ? 0 : 1;
}

} // namespace

/// Runs a target on inputs that are known, with any compiler: what fuzzing found once stays found.
int main(int argc, char** argv)
{
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    if (arguments.empty() || (arguments.front() == "--write-seeds") != (arguments.front().starts_with('-'))) {
        std::cerr << usage;
        return usageError;
    }
    if (arguments.front() != "--write-seeds")
        return replay(arguments);
    if (arguments.size() != 2) {
        std::cerr << usage;
        return usageError;
    }
    return writeSeeds(arguments.back());
}
