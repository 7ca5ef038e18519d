#include "access/RateLimiter.h"

#include <waymark/node/Keccak.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace waymark::httpapi
{

RateLimiter::RateLimiter(std::uint64_t seed, std::size_t slots)
    : _seed(seed), _slots(slots), _wholeAt(std::make_unique<std::atomic<std::int64_t>[]>(slots))
{
}

void RateLimiter::setRate(Rate rate) noexcept
{
    const std::int64_t second = Duration(std::chrono::seconds(1)).count();
    const std::int64_t interval = rate.perSecond == 0 ? 0 : second / rate.perSecond;
    const std::int64_t atOnce = std::max<std::int64_t>(rate.burst, 1);
    const std::int64_t tolerance = (atOnce - 1) * interval;
    const bool changes = _tolerance.exchange(tolerance) != tolerance;
    if (_interval.exchange(interval) == interval && !changes)
        return;
    for (std::size_t i = 0; i < _slots; ++i)
        _wholeAt[i] = 0;
}

std::optional<Duration> RateLimiter::take(const node::IpAddress& address, MonotonicTime now) noexcept
{
    const std::int64_t interval = _interval;
    if (interval == 0)
        return std::nullopt;
    const std::int64_t time = now.time_since_epoch().count();
    const std::int64_t latest = time + _tolerance;
    auto& slot = slotOf(address);
    std::int64_t wholeAt = slot;
    do {
        if (wholeAt > latest)
            return Duration(wholeAt - latest);
    } while (!slot.compare_exchange_weak(wholeAt, std::max(wholeAt, time) + interval));
    return std::nullopt;
}

std::atomic<std::int64_t>& RateLimiter::slotOf(const node::IpAddress& address) noexcept
{
    FixedBytes<sizeof _seed + 16> input{};
    std::memcpy(input.data(), &_seed, sizeof _seed);
    const ByteView bytes = address.bytes();
    std::copy(bytes.begin(), bytes.end(), input.data() + sizeof _seed);
    const node::Hash256 hash = node::keccak256(input);
    std::uint64_t number = 0;
    std::memcpy(&number, hash.data(), sizeof number);
    return _wholeAt[number % _slots];
}

} // namespace waymark::httpapi
