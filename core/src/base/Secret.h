#pragma once

#include <string>
#include <string_view>

namespace waymark::text
{

/// Whether a text is, or has in it, what may be a node key: about 64 hex digits, with or without "0x" before
/// them, whatever blanks stand around or between, a few of them missing, too many or mistyped. Node ids look
/// the same; where only they can stand this is not asked.
bool mayBeKey(std::string_view text);

/// The text with an asterisk for each character of what may be a key in it, so that places stay.
std::string withoutKeys(std::string_view text);

/// A text of somebody else's as it may stand in an error: in quotes, on one line, cut after 80 characters. Of
/// what may be a key it says only that.
std::string quoted(std::string_view text);

/// Stands for what withoutKeys() hides.
constexpr std::string_view looksLikeKey = "what looks like a node key, which is secret and not shown";

} // namespace waymark::text
