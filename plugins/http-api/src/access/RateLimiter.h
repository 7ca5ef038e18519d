#pragma once

#include <waymark/base/Clock.h>
#include <waymark/node/IpAddress.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace waymark::httpapi
{

struct Rate
{
    std::uint32_t perSecond = 0; ///< 0: no limit
    std::uint32_t burst = 1;     ///< so many at once
};

/// A budget of requests for each address, in a table that does not grow: addresses that fall into one slot
/// share its budget, and which do depends on a secret seed, so that nobody can choose addresses that exhaust
/// another's. A slot is the time at which its budget would be whole again (GCRA). Any thread; no locks.
class RateLimiter
{
public:
    explicit RateLimiter(std::uint64_t seed, std::size_t slots = 32768);

    /// Holds from the next request on. Where it is another than before, what addresses have used is
    /// forgotten: a slower rate's debt could take them days.
    void setRate(Rate rate) noexcept;

    /// Takes one request from the budget of an address (of IPv6, pass the first of its /64). Nothing when
    /// there was one; else how long to wait for it, more than zero.
    std::optional<Duration> take(const node::IpAddress& address, MonotonicTime now) noexcept;

private:
    std::atomic<std::int64_t>& slotOf(const node::IpAddress& address) noexcept;

    std::uint64_t _seed;
    std::size_t _slots;
    std::atomic<std::int64_t> _interval{0};  ///< nanoseconds for one request; 0: no limit
    std::atomic<std::int64_t> _tolerance{0}; ///< how far ahead of time a slot may be
    std::unique_ptr<std::atomic<std::int64_t>[]> _wholeAt;
};

} // namespace waymark::httpapi
