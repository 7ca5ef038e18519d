#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Subscription.h>

#include <functional>

namespace waymark
{

/// Calls functions later. One thread serves all timers of a host, so functions are brief, do not block and
/// do not throw; a simulation serves them in virtual time instead. Any thread may call.
class Timers
{
public:
    static constexpr const char* serviceId = "timers";

    virtual ~Timers() = default;

    /// Calls `function` once after `delay`, unless the subscription ends first.
    virtual Subscription after(Duration delay, std::function<void()> function) = 0;

    /// Calls `function` every `interval`, first after one interval. Runs that were missed are not made up.
    virtual Subscription every(Duration interval, std::function<void()> function) = 0;
};

} // namespace waymark
