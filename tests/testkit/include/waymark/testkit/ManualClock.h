#pragma once

#include <waymark/base/Clock.h>

#include <atomic>
#include <chrono>

namespace waymark::testkit
{

/// A clock that stands still until a test moves it. Any thread.
class ManualClock final : public Clock
{
public:
    /// What it shows first: a fixed instant in 2033.
    static constexpr WallTime start{std::chrono::seconds(2'000'000'000)};

    MonotonicTime now() const noexcept override { return MonotonicTime(std::chrono::hours(1) + passed()); }
    WallTime wallNow() const noexcept override { return start + passed() + Duration(_set.load()); }

    void advance(Duration duration) noexcept { _passed.fetch_add(duration.count()); }
    /// Sets the wall clock alone forwards, or back.
    void setWall(Duration by) noexcept { _set.fetch_add(by.count()); }

private:
    Duration passed() const noexcept { return Duration(_passed.load()); }

    std::atomic<Duration::rep> _passed{0};
    std::atomic<Duration::rep> _set{0};
};

} // namespace waymark::testkit
