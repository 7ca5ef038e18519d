#pragma once

#include <waymark/base/Clock.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace waymark::httpapi
{

/// How many of something there are, for whoever waits until there are none. Any thread.
class CountedUse
{
public:
    void enter()
    {
        const std::lock_guard lock(_mutex);
        ++_count;
    }
    /// Enters unless there are `limit` already.
    bool tryEnter(std::size_t limit)
    {
        const std::lock_guard lock(_mutex);
        if (_count >= limit)
            return false;
        ++_count;
        return true;
    }
    void leave()
    {
        bool there = true;
        leaveOnce(there);
    }
    std::size_t count() const
    {
        const std::lock_guard lock(_mutex);
        return _count;
    }
    /// False when there are still some at the deadline.
    bool waitForNone(MonotonicTime deadline)
    {
        std::unique_lock lock(_mutex);
        return _none.wait_until(lock, deadline, [this] { return _count == 0; });
    }

private:
    friend class Counted;

    void leaveOnce(bool& there)
    {
        const std::lock_guard lock(_mutex);
        if (std::exchange(there, false) && --_count == 0)
            _none.notify_all();
    }

    mutable std::mutex _mutex;
    std::condition_variable _none;
    std::size_t _count = 0;
};

/// One use, from construction to leave(), at the latest to destruction.
class Counted
{
public:
    explicit Counted(CountedUse& use) : _use(use) { _use.enter(); }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { leave(); }

    /// Ends the use. Idempotent; what a thread did before it left has happened for every thread that leaves
    /// after it.
    void leave() { _use.leaveOnce(_there); }

private:
    CountedUse& _use;
    bool _there = true; ///< guarded by the use's lock
};

} // namespace waymark::httpapi
