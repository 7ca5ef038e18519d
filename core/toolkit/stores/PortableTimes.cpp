#include "stores/PortableTimes.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace waymark::toolkit::stores
{

namespace
{

constexpr std::size_t mostDigits = 9;
constexpr std::int64_t billion = 1'000'000'000;

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const bool begins = !text.empty() && text.front() >= '0' && text.front() <= '9';
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return begins && error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
}

/// Nanoseconds of what stands from the point on; the text may be empty.
std::optional<std::int64_t> fraction(std::string_view text)
{
    if (text.empty())
        return 0;
    if (text.front() != '.' || text.size() < 2 || text.size() > mostDigits + 1)
        return std::nullopt;
    std::string digits(text.substr(1));
    digits.resize(mostDigits, '0');
    return number(digits);
}

} // namespace

std::string encodeTime(WallTime time)
{
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{days};
    const std::chrono::hh_mm_ss<Duration> clock{time - days};
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09lldZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                  static_cast<long long>(clock.subseconds().count()));
    return text.data();
}

std::optional<WallTime> decodeTime(std::string_view text)
{
    // The places of "2026-09-21T14:13:20".
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
    if (text.size() <= form.size() || text.back() != 'Z')
        return std::nullopt;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool fits = form[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i];
        if (!fits)
            return std::nullopt;
    }
    const auto part = [&](std::size_t at, std::size_t size) {
        return static_cast<int>(number(text.substr(at, size)).value_or(0));
    };
    const std::chrono::year_month_day date{std::chrono::year(part(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                           std::chrono::day(static_cast<unsigned>(part(8, 2)))};
    constexpr int firstYear = 1970;
    constexpr int lastYear = 2261;
    constexpr int hours = 24;
    constexpr int sixty = 60;
    const auto nanoseconds = fraction(text.substr(form.size(), text.size() - form.size() - 1));
    if (!date.ok() || part(0, 4) < firstYear || part(0, 4) > lastYear || part(11, 2) >= hours ||
        part(14, 2) >= sixty || part(17, 2) >= sixty || !nanoseconds)
        return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(part(11, 2)) +
           std::chrono::minutes(part(14, 2)) + std::chrono::seconds(part(17, 2)) +
           std::chrono::nanoseconds(*nanoseconds);
}

std::string encodeSeconds(Duration duration)
{
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%lld.%09lld", static_cast<long long>(duration.count() / billion),
                  static_cast<long long>(duration.count() % billion));
    return text.data();
}

std::optional<Duration> decodeSeconds(std::string_view text)
{
    const std::size_t point = std::min(text.find('.'), text.size());
    const auto seconds = number(text.substr(0, point));
    const auto nanoseconds = fraction(text.substr(point));
    constexpr std::int64_t most = INT64_MAX / billion - 1;
    if (!seconds || !nanoseconds || *seconds > most)
        return std::nullopt;
    return Duration(*seconds * billion + *nanoseconds);
}

} // namespace waymark::toolkit::stores
