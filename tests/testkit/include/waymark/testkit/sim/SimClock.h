#pragma once

#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/sim/EventQueue.h>

namespace waymark::testkit::sim
{

/// A node's clock in virtual time. Its wall clock may be wrong by an offset, which may change at any time as
/// when somebody sets it; its monotonic clock never is.
class SimClock final : public Clock
{
public:
    explicit SimClock(const EventQueue& events) noexcept : _events(events) {}

    MonotonicTime now() const noexcept override
    {
        return MonotonicTime(std::chrono::hours(1) + _events.now());
    }
    WallTime wallNow() const noexcept override { return ManualClock::start + _events.now() + _offset; }

    /// Positive: the clock is fast.
    void setOffset(Duration offset) noexcept { _offset = offset; }
    Duration offset() const noexcept { return _offset; }

private:
    const EventQueue& _events;
    Duration _offset{0};
};

} // namespace waymark::testkit::sim
