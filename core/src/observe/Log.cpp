#include <waymark/observe/Log.h>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace waymark::observe
{

/// How often each event was let through in the running minute.
struct Log::Limits
{
    static constexpr unsigned linesPerMinute = 10;

    struct Window
    {
        std::chrono::steady_clock::time_point start{};
        unsigned passed = 0;
        std::uint64_t suppressed = 0;
    };

    std::mutex mutex;
    std::map<std::string, Window, std::less<>> windows; ///< events are names in the code: bounded

    /// Nothing: the line is dropped; else how many lines were dropped since the last one.
    std::optional<std::uint64_t> admit(std::string_view event)
    {
        const auto now = std::chrono::steady_clock::now();
        const std::lock_guard lock(mutex);
        auto found = windows.find(event);
        if (found == windows.end())
            found = windows.emplace(std::string(event), Window{now, 0, 0}).first;
        Window& window = found->second;
        if (now - window.start >= std::chrono::minutes(1)) {
            window.start = now;
            window.passed = 0;
        }
        if (window.passed == linesPerMinute) {
            ++window.suppressed;
            return std::nullopt;
        }
        ++window.passed;
        return std::exchange(window.suppressed, 0);
    }
};

Log::Log(std::shared_ptr<LogChannel> channel, std::string source)
    : _channel(std::move(channel)), _source(std::move(source)), _limits(std::make_shared<Limits>())
{
}

bool Log::enabled(LogLevel level) const noexcept
{
    return _channel && _channel->enabled(level, _source);
}

void Log::write(LogLevel level, std::string_view event, LogFields fields, std::string_view text) const
{
    if (enabled(level))
        _channel->write(level, _source, event, fields, text);
}

void Log::debug(std::string_view event, LogFields fields, std::string_view text) const
{
    write(LogLevel::debug, event, fields, text);
}

void Log::info(std::string_view event, LogFields fields, std::string_view text) const
{
    write(LogLevel::info, event, fields, text);
}

void Log::warning(std::string_view event, LogFields fields, std::string_view text) const
{
    write(LogLevel::warning, event, fields, text);
}

void Log::error(std::string_view event, LogFields fields, std::string_view text) const
{
    write(LogLevel::error, event, fields, text);
}

void Log::limited(LogLevel level, std::string_view event, LogFields fields, std::string_view text) const
{
    if (!enabled(level))
        return;
    const auto suppressed = _limits->admit(event);
    if (!suppressed)
        return _channel->heldBack(level, _source, event, fields, text);
    if (*suppressed == 0)
        return write(level, event, fields, text);
    std::vector<LogField> all(fields);
    all.emplace_back("suppressed", *suppressed);
    _channel->write(level, _source, event, all, text);
}

} // namespace waymark::observe
