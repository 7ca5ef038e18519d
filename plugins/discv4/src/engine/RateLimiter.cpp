#include "engine/RateLimiter.h"

#include <algorithm>
#include <limits>

namespace waymark::discv4::engine
{

namespace
{

/// Long ago on any clock, yet far enough from the end of the numbers to count with.
constexpr std::int64_t longAgo = std::numeric_limits<std::int64_t>::min() / 2;

} // namespace

RateLimiter::RateLimiter(std::uint64_t seed, Rate rate, std::size_t slots)
    : _hash(seed), _slots(slots), _fullAt(makeZeroed<std::int64_t>(slots))
{
    setRate(rate);
}

void RateLimiter::setRate(Rate rate) noexcept
{
    const std::int64_t second = Duration(std::chrono::seconds(1)).count();
    const std::int64_t interval = rate.perSecond == 0 ? 0 : second / rate.perSecond;
    const std::int64_t atOnce = std::max<std::int64_t>(rate.burst, 1);
    _tolerance.store((atOnce - 1) * interval, std::memory_order_relaxed);
    _interval.store(interval, std::memory_order_relaxed);
}

bool RateLimiter::take(std::size_t hash, MonotonicTime now) noexcept
{
    const std::int64_t interval = _interval.load(std::memory_order_relaxed);
    if (interval == 0)
        return true;
    const std::int64_t time = now.time_since_epoch().count();
    const std::int64_t latest = time + _tolerance.load(std::memory_order_relaxed);
    const std::atomic_ref slot(_fullAt[hash % _slots]);
    std::int64_t seen = slot.load(std::memory_order_relaxed);
    std::int64_t next = 0;
    do {
        const std::int64_t fullAt = seen == 0 ? longAgo : seen;
        if (fullAt > latest)
            return false;
        next = std::max(fullAt, time) + interval;
    } while (!slot.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    return true;
}

} // namespace waymark::discv4::engine
