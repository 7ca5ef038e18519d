#pragma once

#include <waymark/observe/LogRecord.h>

#include <string>
#include <string_view>

namespace waymark::observe
{

enum class LogFormat : std::uint8_t
{
    text,    ///< TIME LEVEL source event: text key=value
    json,    ///< one object: time, level, source, event, text, and the fields
    journald ///< <priority>source event: text key=value, as sd-daemon(3) has it
};

/// The format of a word that passed the schema's check.
LogFormat parseLogFormat(std::string_view word) noexcept;

/// One line without its end. Whatever the values hold, it stays one line of well-formed UTF-8: control
/// characters are escaped, values that could be misread are quoted.
std::string formatLine(LogFormat format, const LogRecord& record);

} // namespace waymark::observe
