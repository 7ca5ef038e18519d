#pragma once

#include "observe/LogFormat.h"
#include "observe/LogLevels.h"

#include <waymark/observe/Log.h>

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>

#include <shared_mutex>

namespace waymark::observe
{

/// The log of one host: formats lines and passes them to a Poco channel of its own, so that two hosts in one
/// process do not mix. Poco's process-wide logger hierarchy is not touched.
class HostLogChannel final : public LogChannel
{
public:
    /// A null sink is standard error.
    explicit HostLogChannel(Poco::AutoPtr<Poco::Channel> sink = nullptr);

    void configure(LogFormat format);
    LogFormat format() const;
    void configure(LogLevels levels);
    /// Sees every line of info and above, whatever the levels and Log::limited() let through; set before
    /// threads log.
    void observe(LogObserver observer);

    bool enabled(LogLevel level, std::string_view source) const noexcept override;
    void write(LogLevel level, std::string_view source, std::string_view event,
               std::span<const LogField> fields, std::string_view text) noexcept override;
    void heldBack(LogLevel level, std::string_view source, std::string_view event,
                  std::span<const LogField> fields, std::string_view text) noexcept override;

private:
    Poco::AutoPtr<Poco::Channel> _sink;
    mutable std::shared_mutex _mutex;
    LogFormat _format = LogFormat::text;
    LogLevels _levels;
    LogObserver _observer;
};

} // namespace waymark::observe
