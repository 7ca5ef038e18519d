#pragma once

#include <chrono>
#include <cstdint>

namespace waymark
{

using Duration = std::chrono::nanoseconds;

/// Never goes back and is not set by anybody: time-outs, rates, leases.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Seconds since 1970 with fractions: what packets, logs and files carry.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// The only source of time. Passed in, so that tests and simulations decide what time it is.
/// All functions may be called from any thread.
class Clock
{
public:
    static constexpr const char* serviceId = "clock";

    virtual ~Clock() = default;
    virtual MonotonicTime now() const noexcept = 0;
    virtual WallTime wallNow() const noexcept = 0;

    /// Whole seconds since 1970, as discv4 expirations count them.
    std::uint64_t unixSeconds() const noexcept;
    /// Milliseconds since 1970.
    std::uint64_t unixMilliseconds() const noexcept;
};

/// The clocks of the operating system.
class SystemClock final : public Clock
{
public:
    MonotonicTime now() const noexcept override;
    WallTime wallNow() const noexcept override;
};

} // namespace waymark
