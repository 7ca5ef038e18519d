#pragma once

#include <waymark/base/Clock.h>

#include <optional>
#include <string>
#include <string_view>

namespace waymark::toolkit::stores
{

/// "2026-09-21T14:13:20.000000000Z" (RFC 3339), to the nanosecond.
std::string encodeTime(WallTime time);
/// One to nine digits behind the point, or no point. Nothing for what is no such time, or lies before 1970 or
/// behind 2261.
std::optional<WallTime> decodeTime(std::string_view text);

/// "60.000000000": seconds.
std::string encodeSeconds(Duration duration);
/// As decodeTime().
std::optional<Duration> decodeSeconds(std::string_view text);

} // namespace waymark::toolkit::stores
