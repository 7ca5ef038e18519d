#include "commands/decode/Explain.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace waymark::discv4::decode
{

namespace
{

constexpr std::uint64_t lastYear = 253'402'300'799; // 9999-12-31T23:59:59Z

std::string calendar(std::time_t seconds)
{
    std::tm parts{};
    std::array<char, 32> text{};
    ::gmtime_r(&seconds, &parts);
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return {text.data(), size};
}

} // namespace

std::string utc(std::uint64_t unixSeconds)
{
    if (unixSeconds > lastYear)
        return std::to_string(unixSeconds) + " s after 1970";
    return calendar(static_cast<std::time_t>(unixSeconds)) + 'Z';
}

std::string utc(WallTime time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto rest = std::chrono::floor<std::chrono::microseconds>(time - seconds).count();
    std::array<char, 16> fraction{};
    const int size =
        std::snprintf(fraction.data(), fraction.size(), ".%06lldZ", static_cast<long long>(rest));
    return calendar(seconds.time_since_epoch().count()) +
           std::string(fraction.data(), static_cast<std::size_t>(size));
}

std::string roughly(std::uint64_t seconds)
{
    constexpr std::uint64_t minute = 60, hour = 60 * minute, day = 24 * hour;
    if (seconds < 2 * minute)
        return std::to_string(seconds) + " s";
    if (seconds < 2 * hour)
        return std::to_string(seconds / minute) + " min";
    return seconds < 2 * day ? std::to_string(seconds / hour) + " h"
                             : std::to_string(seconds / day) + " days";
}

} // namespace waymark::discv4::decode
