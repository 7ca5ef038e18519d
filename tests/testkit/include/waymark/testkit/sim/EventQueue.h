#pragma once

#include <waymark/base/Clock.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace waymark::testkit::sim
{

/// Whatever happens at a certain time of a simulation.
class EventHandler
{
public:
    virtual ~EventHandler() = default;
    /// `token`: what the event was scheduled with.
    virtual void fire(std::uint64_t token) = 0;
};

/// Virtual time and what is to happen in it: earlier events first, those of one instant in the order in which
/// they were scheduled. One thread.
///
/// A handler outlives its events, or has them forgotten. A single one cannot be taken back: whoever may
/// change its mind looks at the token when it fires.
class EventQueue
{
public:
    /// Time since the simulation began. Any thread: hosts may have some of their own.
    Duration now() const noexcept { return _now.load(std::memory_order_relaxed); }

    /// What lies in the past happens now.
    void schedule(Duration at, EventHandler& handler, std::uint64_t token);

    /// Takes back all events of a handler that goes. Costs a walk over all there are.
    void forget(const EventHandler& handler);

    /// Lets the next event happen when it is due until then; false: there is none, and it is `until` now.
    bool step(Duration until);

    std::size_t size() const noexcept { return _heap.size(); }
    /// How many events have happened.
    std::uint64_t happened() const noexcept { return _happened; }

private:
    struct Event
    {
        Duration at;
        std::uint64_t number;
        EventHandler* handler;
        std::uint64_t token;

        bool operator<(const Event& other) const noexcept
        {
            return at != other.at ? at < other.at : number < other.number;
        }
    };

    void siftUp(std::size_t position) noexcept;
    void siftDown(std::size_t position) noexcept;

    std::atomic<Duration> _now{Duration::zero()};
    std::vector<Event> _heap; ///< with four children each: half as deep as a binary one
    std::uint64_t _scheduled = 0;
    std::uint64_t _happened = 0;
};

} // namespace waymark::testkit::sim
