#include "plugin/ConfigValue.h"

#include "base/Secret.h"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace waymark::plugin::value
{

namespace
{

struct Unit
{
    std::string_view suffix;
    std::int64_t factor;
};

constexpr std::int64_t second = 1'000'000'000;
constexpr std::array<Unit, 5> durationUnits{
    {{"ms", 1'000'000}, {"s", second}, {"m", 60 * second}, {"h", 3600 * second}, {"d", 86400 * second}}};
constexpr std::array<Unit, 3> sizeUnits{{{"k", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}}};

using text::quoted;

/// A count without sign, followed by one of the units or by nothing.
template <std::size_t N>
Result<std::int64_t> parseScaled(std::string_view text, const std::array<Unit, N>& units,
                                 std::int64_t bareFactor, std::string_view what)
{
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    std::int64_t factor = suffix.empty() ? bareFactor : 0;
    for (const Unit& unit : units)
        if (suffix == unit.suffix)
            factor = unit.factor;
    if (error == std::errc::result_out_of_range)
        return failure(ErrorCode::invalidArgument, quoted(text) + " is too large");
    if (error != std::errc() || factor == 0 || text.starts_with('-'))
        return failure(ErrorCode::invalidArgument, quoted(text) + " is no " + std::string(what));
    if (count > std::numeric_limits<std::int64_t>::max() / factor)
        return failure(ErrorCode::invalidArgument, quoted(text) + " is too large");
    return count * factor;
}

template <std::size_t N>
std::string scaledText(std::int64_t value, const std::array<Unit, N>& units)
{
    Unit best{"", 1};
    for (const Unit& unit : units)
        if (value != 0 && value % unit.factor == 0 && unit.factor > best.factor)
            best = unit;
    return std::to_string(value / best.factor) + std::string(best.suffix);
}

} // namespace

Result<bool> parseBoolean(std::string_view text)
{
    if (text == "true" || text == "false")
        return text == "true";
    return failure(ErrorCode::invalidArgument, quoted(text) + " is neither true nor false");
}

Result<std::int64_t> parseInteger(std::string_view text)
{
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::result_out_of_range)
        return failure(ErrorCode::invalidArgument, quoted(text) + " is too large");
    if (error != std::errc() || rest != end)
        return failure(ErrorCode::invalidArgument, quoted(text) + " is no whole number");
    return number;
}

Result<Duration> parseDuration(std::string_view text)
{
    const auto nanoseconds =
        parseScaled(text, durationUnits, second, "duration (write 500ms, 30s, 5m, 12h or 2d)");
    if (!nanoseconds)
        return failure(nanoseconds.error());
    return Duration(*nanoseconds);
}

Result<std::int64_t> parseSize(std::string_view text)
{
    return parseScaled(text, sizeUnits, 1, "size (write 4096, 64k, 16M or 1G)");
}

std::string durationText(Duration duration)
{
    if (duration.count() == 0)
        return "0s";
    return scaledText(duration.count(), durationUnits);
}

std::string sizeText(std::int64_t bytes)
{
    return scaledText(bytes, sizeUnits);
}

} // namespace waymark::plugin::value
