#pragma once

#include "engine/KeyedHash.h"
#include "engine/Parameters.h"
#include "engine/Zeroed.h"

#include <waymark/base/Clock.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace waymark::discv4::engine
{

/// Token buckets for addresses, endpoints or nodes, in a fixed table: each falls into one of its slots, and
/// those that share a slot share a budget. So it never grows, evicts nothing, and takes no lock: a slot holds
/// one number, the time at which its bucket would be full again (GCRA, ITU-T I.371).
///
/// The slot of an address depends on a secret seed: nobody can choose addresses that exhaust that of another.
class RateLimiter
{
public:
    /// More than no slots. Throws bad_alloc.
    RateLimiter(std::uint64_t seed, Rate rate, std::size_t slots = Parameters().rateSlots);

    /// Takes one token from the bucket of an address, an endpoint or a node at its address, or returns false
    /// when it is empty. Any thread.
    template <class Key>
    bool allow(const Key& key, MonotonicTime now) noexcept
    {
        return take(TableHash{_hash}(key), now);
    }

    /// Holds from the next packet on. Any thread.
    void setRate(Rate rate) noexcept;

private:
    bool take(std::size_t hash, MonotonicTime now) noexcept;

    KeyedHash _hash;
    std::size_t _slots;
    std::atomic<std::int64_t> _interval{0};  ///< nanoseconds for one token; 0: no limit
    std::atomic<std::int64_t> _tolerance{0}; ///< how far ahead of time a bucket may be
    Zeroed<std::int64_t> _fullAt;            ///< 0: never used
};

} // namespace waymark::discv4::engine
