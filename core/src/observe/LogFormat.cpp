#include "observe/LogFormat.h"

#include "base/Text.h"
#include "observe/LogLevels.h"

#include <waymark/base/Bytes.h>

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <cctype>

namespace waymark::observe
{

namespace
{

/// "2026-01-31T12:00:00.123Z"
std::string timeText(WallTime time)
{
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
    return Poco::DateTimeFormatter::format(Poco::Timestamp(micros.count()), "%Y-%m-%dT%H:%M:%S.%iZ");
}

/// Escaped as in JSON, without the quotes. Escape sequences of terminals start with a control character.
std::string onOneLine(std::string_view text)
{
    const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
    if (plain)
        return std::string(text);
    std::string line;
    for (const char c : text::cleanUtf8(text)) {
        const auto code = static_cast<unsigned char>(c);
        if (code >= ' ' && code != 0x7f)
            line += c;
        else if (c == '\n')
            line += "\\n";
        else
            line += "\\x" + toHex(ByteView(&code, 1));
    }
    return line;
}

std::string valueText(const std::string& value)
{
    const auto bare = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("._:/@,+-?&#%[]").find(c) != std::string_view::npos;
    };
    if (!value.empty() && std::ranges::all_of(value, bare))
        return value;
    return text::jsonQuoted(value);
}

/// "source event: text key=value"
std::string body(const LogRecord& record)
{
    std::string line = onOneLine(record.source) + ' ' + onOneLine(record.event);
    if (!record.text.empty())
        line += ": " + onOneLine(record.text);
    for (const LogField& field : record.fields)
        line += ' ' + onOneLine(field.key) + '=' + valueText(field.value);
    return line;
}

std::string jsonLine(const LogRecord& record)
{
    constexpr std::string_view own[] = {"time", "level", "source", "event", "text"};
    std::string line = R"({"time":")" + timeText(record.time) + R"(","level":")" +
                       std::string(toString(record.level)) + R"(","source":)" +
                       text::jsonQuoted(record.source) + R"(,"event":)" + text::jsonQuoted(record.event);
    if (!record.text.empty())
        line += R"(,"text":)" + text::jsonQuoted(record.text);
    for (const LogField& field : record.fields) {
        const bool taken = std::ranges::find(own, field.key) != std::end(own);
        line += ',' + text::jsonQuoted((taken ? "_" : "") + std::string(field.key)) + ':' +
                (field.kind == LogField::Kind::literal ? field.value : text::jsonQuoted(field.value));
    }
    return line + '}';
}

char priority(LogLevel level) noexcept
{
    switch (level) {
    case LogLevel::debug:
        return '7';
    case LogLevel::info:
        return '6';
    case LogLevel::warning:
        return '4';
    case LogLevel::error:
        return '3';
    }
    return '3';
}

} // namespace

LogFormat parseLogFormat(std::string_view word) noexcept
{
    if (word == "json")
        return LogFormat::json;
    return word == "journald" ? LogFormat::journald : LogFormat::text;
}

std::string formatLine(LogFormat format, const LogRecord& record)
{
    if (format == LogFormat::json)
        return jsonLine(record);
    if (format == LogFormat::journald)
        return std::string{'<', priority(record.level), '>'} + body(record);
    std::string level(toString(record.level));
    level.resize(7, ' ');
    return timeText(record.time) + ' ' + level + ' ' + body(record);
}

} // namespace waymark::observe
