#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::observe
{

enum class LogLevel : std::uint8_t
{
    debug,
    info,
    warning,
    error
};

/// One key=value of a log line. Keys are those of docs/glossary.md. JSON shows numbers and booleans as such
/// and everything else as a string; an id that has digits only is text and stays a string.
struct LogField
{
    enum class Kind : std::uint8_t
    {
        text,
        literal ///< a number, true or false, as JSON writes them
    };

    std::string_view key;
    std::string value;
    Kind kind = Kind::text;

    LogField(std::string_view name, std::string text) : key(name), value(std::move(text)) {}
    LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
    LogField(std::string_view name, const char* text) : key(name), value(text) {}
    template <std::same_as<bool> Bool>
    LogField(std::string_view name, Bool is) : key(name), value(is ? "true" : "false"), kind(Kind::literal)
    {
    }
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    LogField(std::string_view name, Number number)
        : key(name), value(std::to_string(number)), kind(Kind::literal)
    {
    }
};

using LogFields = std::initializer_list<LogField>;

/// Where lines go: the host's channel (text, JSON or journald), or a test that looks at them. Any thread.
class LogChannel
{
public:
    virtual ~LogChannel() = default;
    virtual bool enabled(LogLevel level, std::string_view source) const noexcept = 0;
    virtual void write(LogLevel level, std::string_view source, std::string_view event,
                       std::span<const LogField> fields, std::string_view text) noexcept = 0;
    /// A line that Log::limited() keeps from the readers of the log; for who watches events it has happened.
    virtual void heldBack(LogLevel /*level*/, std::string_view /*source*/, std::string_view /*event*/,
                          std::span<const LogField> /*fields*/, std::string_view /*text*/) noexcept
    {
    }
};

/// Writes events of one source ("discv4", "host"). An event is a stable name such as "peer.registered";
/// the text is one sentence for people and may be empty. Copies are cheap; any thread may log.
///
/// Nothing secret is ever passed in. Lines that strangers can cause go through limited().
class Log
{
public:
    /// Logs nowhere.
    Log() = default;
    Log(std::shared_ptr<LogChannel> channel, std::string source);

    bool enabled(LogLevel level) const noexcept;
    void write(LogLevel level, std::string_view event, LogFields fields = {},
               std::string_view text = {}) const;

    void debug(std::string_view event, LogFields fields = {}, std::string_view text = {}) const;
    void info(std::string_view event, LogFields fields = {}, std::string_view text = {}) const;
    void warning(std::string_view event, LogFields fields = {}, std::string_view text = {}) const;
    void error(std::string_view event, LogFields fields = {}, std::string_view text = {}) const;

    /// As write(), but at most ten lines a minute for each event of this Log and its copies; the next line
    /// that passes carries suppressed=N.
    void limited(LogLevel level, std::string_view event, LogFields fields = {},
                 std::string_view text = {}) const;

private:
    struct Limits;
    std::shared_ptr<LogChannel> _channel;
    std::string _source;
    std::shared_ptr<Limits> _limits;
};

} // namespace waymark::observe
