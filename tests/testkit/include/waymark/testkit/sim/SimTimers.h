#pragma once

#include <waymark/base/Timers.h>
#include <waymark/testkit/sim/EventQueue.h>

#include <memory>

namespace waymark::testkit::sim
{

/// Timers in virtual time. Those of one instant run in the order in which they were set. One thread;
/// subscriptions may outlive the timers.
class SimTimers final : public Timers
{
public:
    explicit SimTimers(EventQueue& events);
    ~SimTimers() override;

    Subscription after(Duration delay, std::function<void()> function) override;
    Subscription every(Duration interval, std::function<void()> function) override;

    /// Nothing runs while they are halted, as on a machine that is suspended; what fell due runs once when
    /// they go on.
    void halt() noexcept;
    void proceed();

private:
    class Timetable;

    Subscription add(Duration delay, Duration interval, std::function<void()> function);

    std::shared_ptr<Timetable> _timetable;
};

} // namespace waymark::testkit::sim
