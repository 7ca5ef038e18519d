#pragma once

#include <waymark/base/Timers.h>
#include <waymark/testkit/ManualClock.h>

#include <map>
#include <memory>
#include <mutex>

namespace waymark::testkit
{

/// Timers in the time of a ManualClock: advance() moves the clock and runs, on the calling thread and in
/// order of time, whatever falls due on the way, each at its own instant.
class ManualTimers final : public Timers
{
public:
    explicit ManualTimers(ManualClock& clock);

    Subscription after(Duration delay, std::function<void()> function) override;
    Subscription every(Duration interval, std::function<void()> function) override;

    void advance(Duration duration);

private:
    struct Timer
    {
        Duration interval; ///< zero: once
        std::function<void()> function;
    };
    using Timetable = std::multimap<MonotonicTime, std::shared_ptr<Timer>>;

    Subscription add(Duration delay, Duration interval, std::function<void()> function);
    std::shared_ptr<Timer> takeDue(MonotonicTime until);

    ManualClock& _clock;
    std::mutex _mutex;
    Timetable _timetable;
};

} // namespace waymark::testkit
