#include "ProcessMemory.h"

#include <Poco/String.h>

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace waymark::httpapi
{

namespace
{

/// Mappings as large as this are what a sanitizer notes about memory, and hold no data.
constexpr std::uint64_t sanitizerShadow = 1ULL << 33U;

std::string readRange(int memory, std::uint64_t start, std::uint64_t end)
{
    std::string bytes(static_cast<std::size_t>(end - start), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const auto count =
            ::pread(memory, bytes.data() + have, bytes.size() - have, static_cast<off_t>(start + have));
        if (count <= 0)
            break;
        have += static_cast<std::size_t>(count);
    }
    bytes.resize(have);
    return bytes;
}

} // namespace

ProcessMemory::ProcessMemory(pid_t process)
{
    const std::string folder = "/proc/" + std::to_string(process);
    const int memory = ::open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
    std::ifstream maps(folder + "/maps");
    if (memory < 0 || !maps)
        throw std::runtime_error("the memory of process " + std::to_string(process) + " cannot be read");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields(line);
        std::uint64_t start = 0;
        std::uint64_t end = 0;
        char dash = 0;
        std::string rights;
        fields >> std::hex >> start >> dash >> end >> rights;
        if (!rights.starts_with("rw") || end - start > sanitizerShadow)
            continue;
        Mapping mapping;
        mapping.name = line.substr(0, 12) + line.substr(std::min(line.size(), line.find_last_of(' ')));
        mapping.bytes = readRange(memory, start, end);
        mapping.lowered = Poco::toLower(mapping.bytes);
        _mappings.push_back(std::move(mapping));
    }
    ::close(memory);
    if (size() == 0)
        throw std::runtime_error("process " + std::to_string(process) + " shows no memory");
}

std::string ProcessMemory::find(ByteView needle) const
{
    const void* const start = needle.data();
    const std::string_view text(static_cast<const char*>(start), needle.size());
    for (const Mapping& mapping : _mappings)
        if (const auto at = mapping.bytes.find(text); at != std::string::npos)
            return mapping.name + '+' + std::to_string(at);
    return {};
}

std::string ProcessMemory::findText(std::string_view needle) const
{
    const std::string lowered = Poco::toLower(std::string(needle));
    for (const Mapping& mapping : _mappings)
        if (const auto at = mapping.lowered.find(lowered); at != std::string::npos)
            return mapping.name + '+' + std::to_string(at);
    return {};
}

std::size_t ProcessMemory::size() const noexcept
{
    std::size_t total = 0;
    for (const Mapping& mapping : _mappings)
        total += mapping.bytes.size();
    return total;
}

} // namespace waymark::httpapi
