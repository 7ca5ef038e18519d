#pragma once

#include "host/config/Setting.h"

#include <string>
#include <string_view>
#include <vector>

namespace waymark::host
{

/// One `key = value` of a file, before ${} is expanded.
struct PropertiesEntry
{
    std::string key;
    std::string value;
    unsigned line; ///< where it starts
};

struct ParsedProperties
{
    std::vector<PropertiesEntry> entries;
    Problems problems;
    bool isText = true; ///< false: the file as a whole is unusable
};

/// A strict reader of .properties text.
///
/// Poco's PropertyFileConfiguration is not used because of what it does in silence: the last of two equal
/// keys wins, a trailing comment becomes part of the value, "\n" in "C:\new" becomes a line end, and no line
/// numbers are kept for messages.
///
/// A line is blank, a comment (first character '#' or '!'), or `key = value` (or `key: value`), trimmed. A
/// '\' at the end of a line joins the next one without its leading blanks; other backslashes stand for
/// themselves. A key stands once in a file. UTF-8 without byte order mark, at most 1 MiB.
ParsedProperties parseProperties(std::string_view text, const std::string& fileName);

} // namespace waymark::host
