#pragma once

#include <waymark/base/Timers.h>
#include <waymark/base/Worker.h>

#include <memory>

namespace waymark
{

/// Timers in real time, served by one thread of their own from construction until stop().
class ThreadTimers final : public Timers
{
public:
    explicit ThreadTimers(std::string threadName = "timers");
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
