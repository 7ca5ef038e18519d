#pragma once

#include <waymark/base/Timers.h>
#include <waymark/base/Worker.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace waymark
{

/// Timers in real time, served by one thread of their own from construction until stop().
///
/// A function that throws against the contract of Timers ends neither the thread nor its own repetition: what
/// it threw is told to the failure handler, and the other timers go on.
class ThreadTimers final : public Timers
{
public:
    /// Called on the timers' thread with what was thrown; must not throw.
    using FailureHandler = std::function<void(std::string_view reason)>;

    explicit ThreadTimers(std::string threadName = "timers", FailureHandler onFailure = {});
    ~ThreadTimers() override;

    Subscription after(Duration delay, std::function<void()> function) override;
    Subscription every(Duration interval, std::function<void()> function) override;

    /// No function runs afterwards. Idempotent.
    void stop() noexcept;

    /// How long the thread has been silent; it beats at least once a second unless a function blocks it.
    Duration sinceBeat() const noexcept { return _worker.sinceBeat(); }

private:
    struct Entry;
    struct Queue;
    Subscription add(Duration delay, Duration interval, std::function<void()> function);

    std::shared_ptr<Queue> _queue;
    Worker _worker;
};

} // namespace waymark
