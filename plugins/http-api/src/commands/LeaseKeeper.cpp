#include "commands/LeaseKeeper.h"

#include <algorithm>
#include <chrono>

namespace waymark::httpapi
{

namespace
{

using namespace std::chrono_literals;

constexpr Duration longestRest = 1min; // a daemon that lost everything in a restart is told again
constexpr std::uint64_t percent = 100;
constexpr std::uint64_t spread = 20;

} // namespace

void LeaseKeeper::granted(MonotonicTime now, std::optional<Duration> lifetime)
{
    _step = Step::renews;
    _backoff.reset();
    _ends = lifetime ? std::optional(now + *lifetime) : std::nullopt;
    const Duration rest = lifetime ? std::min(longestRest, *lifetime / 3) : longestRest;
    // Those that began together do not come together.
    const auto share = static_cast<Duration::rep>(percent - spread + _random.below(spread + 1));
    _due = now + rest / static_cast<Duration::rep>(percent) * share;
}

void LeaseKeeper::granted(MonotonicTime now)
{
    _step = Step::renews;
    _ends.reset();
    _due = now;
}

void LeaseKeeper::lost(MonotonicTime now)
{
    _step = Step::registers;
    _due = now;
}

void LeaseKeeper::failed(MonotonicTime now, Duration wanted)
{
    constexpr Duration longestWanted = 5min;
    Duration wait = _backoff.next(std::min(wanted, longestWanted));
    // Near its end there is no time to lose.
    if (_ends && *_ends > now)
        wait = std::min(wait, std::max<Duration>((*_ends - now) / 4, 250ms));
    _due = now + wait;
}

} // namespace waymark::httpapi
