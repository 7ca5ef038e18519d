#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::text
{

/// The text with everything that is not well-formed UTF-8 replaced by U+FFFD.
std::string cleanUtf8(std::string_view text);

/// How many bytes of well-formed UTF-8 a control character takes that stands at this place: 1 for C0 and DEL,
/// 2 for C1 (U+0080 to U+009F), which a terminal may obey as well, 2 or 3 for what breaks lines or turns the
/// direction of what follows (U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069); 0 when it is none.
std::size_t controlAt(std::string_view text, std::size_t place) noexcept;

/// The text on one line, with a question mark for each control character and well-formed.
std::string printable(std::string_view text);

/// A JSON string literal with its quotes. Bad UTF-8 is replaced first, so the result is always valid JSON,
/// and control characters are escaped, so that it moves no terminal.
std::string jsonQuoted(std::string_view text);

/// Without white space (blanks, tabs, line ends) on either side.
std::string_view trimmed(std::string_view text) noexcept;

/// The parts between commas, trimmed; an empty text has none.
std::vector<std::string> splitList(std::string_view text);

/// The parts joined with `separator`.
std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ");

/// The candidate that `word` was probably meant to be, or an empty text when none is near: one that begins as
/// it does, or else one that few changes make of it.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

} // namespace waymark::text
