#include <waymark/toolkit/nodeset/NodesJson.h>

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/DateTimeParser.h>

#include <algorithm>
#include <chrono>

namespace waymark::toolkit::nodeset
{

namespace
{

constexpr int earliestYear = 1970;
constexpr int latestYear = 2200; // nanoseconds of it still fit

/// Poco's parser takes what is no time for one; this is the form of RFC 3339, section 5.6, but for the
/// numbers, of which it does not look at the zone's.
bool hasForm(std::string_view text)
{
    constexpr std::string_view form = "0000-00-00T00:00:00";
    constexpr std::string_view zone = "+00:00";
    const auto matches = [](std::string_view part, std::string_view pattern) {
        return std::ranges::equal(part, pattern, [](char character, char expected) {
            return expected == '0' ? character >= '0' && character <= '9' : character == expected;
        });
    };
    if (!matches(text.substr(0, form.size()), form))
        return false;
    text.remove_prefix(form.size());
    if (text.starts_with('.')) {
        const auto end = std::min(text.find_first_not_of("0123456789", 1), text.size());
        if (end == 1)
            return false;
        text.remove_prefix(end);
    }
    const auto isZone = [&] {
        const bool hasZone =
            matches(text, zone) || (text.starts_with('-') && matches(text.substr(1), zone.substr(1)));
        return hasZone && text.substr(1, 2) <= "23" && text.substr(4) <= "59";
    };
    return text == "Z" || isZone();
}

} // namespace

std::string toTimestamp(WallTime time)
{
    using std::chrono::microseconds;
    const auto micros = std::chrono::floor<microseconds>(time.time_since_epoch()).count();
    const bool isWhole = micros % microseconds::period::den == 0;
    return Poco::DateTimeFormatter::format(Poco::Timestamp(micros),
                                           isWhole ? Poco::DateTimeFormat::ISO8601_FORMAT
                                                   : Poco::DateTimeFormat::ISO8601_FRAC_FORMAT);
}

std::optional<WallTime> fromTimestamp(std::string_view text)
{
    Poco::DateTime time;
    int zone = 0;
    if (!hasForm(text) || !Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::ISO8601_FRAC_FORMAT,
                                                          std::string(text), time, zone))
        return std::nullopt;
    time.makeUTC(zone);
    if (time.year() < earliestYear || time.year() > latestYear)
        return std::nullopt;
    return WallTime(std::chrono::microseconds(time.timestamp().epochMicroseconds()));
}

} // namespace waymark::toolkit::nodeset
