#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>

#include <cstdint>
#include <string>
#include <string_view>

/// How the texts of configuration values are read and written. Pure functions.
namespace waymark::plugin::value
{

/// "true" or "false".
Result<bool> parseBoolean(std::string_view text);

/// Decimal, with an optional minus.
Result<std::int64_t> parseInteger(std::string_view text);

/// "500ms", "30s", "5m", "12h", "2d" or bare seconds; not negative.
Result<Duration> parseDuration(std::string_view text);

/// Bytes, with an optional k, M or G (powers of 1024); not negative.
Result<std::int64_t> parseSize(std::string_view text);

/// The shortest text that parses to the same value.
std::string durationText(Duration duration);
std::string sizeText(std::int64_t bytes);

} // namespace waymark::plugin::value
