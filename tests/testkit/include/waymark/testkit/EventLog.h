#pragma once

#include <waymark/observe/LogRecord.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::testkit
{

/// One logged event, kept.
struct Event
{
    observe::LogLevel level = observe::LogLevel::info;
    std::string source;
    std::string name; ///< "host.ready"
    std::map<std::string, std::string> fields;
    std::string text;

    /// "source name key=value ...: text"
    std::string toString() const;
};

/// Remembers the events of a host, from info up, for those who wait for one. It keeps the last `capacity`;
/// positions count all that ever came. Any thread.
class EventLog
{
public:
    using Condition = std::function<bool(const Event&)>;

    static constexpr std::size_t capacity = 10'000;

    /// For HostOptions::logObserver; this object outlives the host.
    observe::LogObserver observer();

    /// Where the next event will stand.
    std::size_t end() const;

    /// The first event of that name at `from` or later for which `condition` holds, past or to come; nothing
    /// when none came before the deadline.
    std::optional<Event> await(std::string_view name, std::chrono::milliseconds deadline,
                               std::size_t from = 0, const Condition& condition = {}) const;

    /// Waits until something new was logged since position `seen`, at most for `limit`.
    void awaitMore(std::size_t seen, std::chrono::milliseconds limit) const;

    /// The last events, a line each, for the message of a failed test.
    std::string tail(std::size_t lines = 40) const;

private:
    void add(const observe::LogRecord& record);

    mutable std::mutex _mutex;
    mutable std::condition_variable _changed;
    std::deque<Event> _events;
    std::size_t _forgotten = 0;
};

} // namespace waymark::testkit
