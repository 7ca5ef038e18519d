#include "observe/HostLogChannel.h"

#include <Poco/ConsoleChannel.h>
#include <Poco/Message.h>

#include <iostream>
#include <mutex>

namespace waymark::observe
{

namespace
{

Poco::Message::Priority pocoPriority(LogLevel level) noexcept
{
    switch (level) {
    case LogLevel::debug:
        return Poco::Message::PRIO_DEBUG;
    case LogLevel::info:
        return Poco::Message::PRIO_INFORMATION;
    case LogLevel::warning:
        return Poco::Message::PRIO_WARNING;
    case LogLevel::error:
        return Poco::Message::PRIO_ERROR;
    }
    return Poco::Message::PRIO_ERROR;
}

} // namespace

HostLogChannel::HostLogChannel(Poco::AutoPtr<Poco::Channel> sink) : _sink(std::move(sink))
{
    if (!_sink)
        _sink = new Poco::ConsoleChannel(std::cerr);
}

void HostLogChannel::configure(LogFormat format)
{
    const std::lock_guard lock(_mutex);
    _format = format;
}

LogFormat HostLogChannel::format() const
{
    const std::shared_lock lock(_mutex);
    return _format;
}

void HostLogChannel::configure(LogLevels levels)
{
    const std::lock_guard lock(_mutex);
    _levels = std::move(levels);
}

void HostLogChannel::observe(LogObserver observer)
{
    const std::lock_guard lock(_mutex);
    _observer = std::move(observer);
}

bool HostLogChannel::enabled(LogLevel level, std::string_view source) const noexcept
{
    const std::shared_lock lock(_mutex);
    return _levels.enabled(level, source) || (_observer && level >= LogLevel::info);
}

void HostLogChannel::write(LogLevel level, std::string_view source, std::string_view event,
                           std::span<const LogField> fields, std::string_view text) noexcept
{
    // Logging must not end what it reports on: without memory or a writable stream the line is lost.
    try {
        const LogRecord record{std::chrono::system_clock::now(), level, source, event, fields, text};
        std::string line;
        {
            const std::shared_lock lock(_mutex);
            if (_observer && level >= LogLevel::info)
                _observer(record);
            if (!_levels.enabled(level, source))
                return;
            line = formatLine(_format, record);
        }
        _sink->log(Poco::Message(std::string(source), line, pocoPriority(level)));
    } catch (...) {
        return;
    }
}

void HostLogChannel::heldBack(LogLevel level, std::string_view source, std::string_view event,
                              std::span<const LogField> fields, std::string_view text) noexcept
{
    try {
        const std::shared_lock lock(_mutex);
        if (_observer && level >= LogLevel::info)
            _observer({std::chrono::system_clock::now(), level, source, event, fields, text});
    } catch (...) {
        return; // as in write()
    }
}

} // namespace waymark::observe
