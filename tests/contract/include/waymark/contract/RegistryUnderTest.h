#pragma once

#include <waymark/registry/PeerRegistry.h>
#include <waymark/testkit/ManualTimers.h>

namespace waymark::contract
{

/// One registry of a back end, started, with storage of its own that is empty at first and goes with it. It
/// lives in the time of clock() and timers(), which a test moves.
class RegistryUnderTest
{
public:
    virtual ~RegistryUnderTest() = default;

    /// The running registry. After reopen() it may be another object.
    virtual registry::PeerRegistry& registry() = 0;

    /// Stops it as its plugin's stop() does; registry() still answers.
    virtual void stop() = 0;

    /// Stops it if need be and starts another one on the same storage.
    virtual void reopen() = 0;

    testkit::ManualClock& clock() noexcept { return _clock; }
    testkit::ManualTimers& timers() noexcept { return _timers; }

private:
    testkit::ManualClock _clock;
    testkit::ManualTimers _timers{_clock};
};

} // namespace waymark::contract
