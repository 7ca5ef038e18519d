#include "Vitals.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <unistd.h>

namespace waymark::soak
{

namespace
{

constexpr std::size_t fewest = 9; ///< measurements, for thirds that mean something
/// What may be between two thirds without being growth: an allocator's arenas, connections that are just
/// open.
constexpr double residentShare = 0.10;
constexpr std::size_t residentKibSlack = 16 * 1024;
constexpr std::size_t descriptorSlack = 16, threadSlack = 16;

std::size_t entriesOf(const char* folder)
{
    const std::filesystem::directory_iterator all(folder);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::size_t medianOf(std::span<const Vital> vitals, std::size_t Vital::* which)
{
    std::vector<std::size_t> values;
    for (const Vital& vital : vitals)
        values.push_back(vital.*which);
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
}

} // namespace

Vital measure(std::chrono::seconds at)
{
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0, resident = 0;
    if (!(statm >> total >> resident))
        throw std::runtime_error("/proc/self/statm cannot be read");
    const auto pageKib = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
    return {at, resident * pageKib, entriesOf("/proc/self/fd"), entriesOf("/proc/self/task")};
}

std::vector<std::string> Vitals::growth() const
{
    std::vector<std::string> grown;
    if (_all.size() < fewest)
        return grown;
    const std::span all(_all);
    const auto middle = all.subspan(all.size() / 3, all.size() / 3);
    const auto last = all.subspan(all.size() - all.size() / 3);
    const auto hold = [&](const char* name, std::size_t Vital::* which, std::size_t slack, double share) {
        const std::size_t before = medianOf(middle, which), after = medianOf(last, which);
        if (after > before + slack + static_cast<std::size_t>(share * static_cast<double>(before)))
            grown.push_back(std::string(name) + " grew from " + std::to_string(before) + " to " +
                            std::to_string(after));
    };
    hold("resident KiB", &Vital::residentKib, residentKibSlack, residentShare);
    hold("descriptors", &Vital::descriptors, descriptorSlack, 0);
    hold("threads", &Vital::threads, threadSlack, 0);
    return grown;
}

} // namespace waymark::soak
