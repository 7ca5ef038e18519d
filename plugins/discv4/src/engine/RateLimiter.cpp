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
    : _hash(seed), _slots(slots), _fullAt(std::make_unique<std::atomic<std::int64_t>[]>(slots))
{
    std::for_each_n(_fullAt.get(), _slots,
                    [](auto& slot) { slot.store(longAgo, std::memory_order_relaxed); });
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
    auto& slot = _fullAt[hash % _slots];
    std::int64_t fullAt = slot.load(std::memory_order_relaxed);
    do {
        if (fullAt > latest)
            return false;
    } while (
        !slot.compare_exchange_weak(fullAt, std::max(fullAt, time) + interval, std::memory_order_relaxed));
    return true;
}

} // namespace waymark::discv4::engine
