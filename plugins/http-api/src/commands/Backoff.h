#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace waymark::httpapi
{

/// How long to wait before the next attempt at what failed: longer each time, and by chance, so that those
/// whom one daemon has left do not come back all at once.
class Backoff
{
public:
    /// `random` outlives it.
    explicit Backoff(Random& random, Duration first = std::chrono::seconds(1),
                     Duration most = std::chrono::seconds(30))
        : _random(random), _first(first), _most(most), _next(first)
    {
    }

    /// Between half and the whole of what doubles each time; at least `wanted`, which a daemon may have asked
    /// for.
    Duration next(Duration wanted = Duration::zero())
    {
        const Duration whole = _next;
        _next = std::min(_most, _next * 2);
        const auto half = static_cast<std::uint64_t>(whole.count()) / 2;
        return std::max(wanted, Duration(static_cast<Duration::rep>(half + _random.below(half + 1))));
    }
    void reset() noexcept { _next = _first; }

private:
    Random& _random;
    Duration _first;
    Duration _most;
    Duration _next;
};

} // namespace waymark::httpapi
