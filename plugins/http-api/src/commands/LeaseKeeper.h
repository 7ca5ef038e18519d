#pragma once

#include "commands/Backoff.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>

#include <cstdint>
#include <optional>

namespace waymark::httpapi
{

/// Decides what a registration needs next that is to last, and when: to be made, or to be renewed when about
/// a third of its time is over, so that a daemon may be away for half of it. Does nothing itself.
class LeaseKeeper
{
public:
    enum class Step : std::uint8_t
    {
        registers,
        renews
    };

    /// `random` outlives it. The first step is to register, at once.
    LeaseKeeper(Random& random, MonotonicTime now) : _random(random), _backoff(random), _due(now) {}

    Step step() const noexcept { return _step; }
    MonotonicTime due() const noexcept { return _due; }
    /// Whether what was granted last is over.
    bool isOver(MonotonicTime now) const noexcept { return _ends && *_ends <= now; }

    /// It is registered, or was renewed, for so long; for ever without a lifetime: then somebody looks now
    /// and then whether it is still there.
    void granted(MonotonicTime now, std::optional<Duration> lifetime);
    /// It is registered, for how long is not known: to be renewed at once, which tells.
    void granted(MonotonicTime now);
    /// The daemon does not know of it, or may not.
    void lost(MonotonicTime now);
    /// The step could not be taken; a daemon may have told how long to wait.
    void failed(MonotonicTime now, Duration wanted = Duration::zero());

private:
    Random& _random;
    Backoff _backoff;
    Step _step = Step::registers;
    MonotonicTime _due;
    std::optional<MonotonicTime> _ends;
};

} // namespace waymark::httpapi
