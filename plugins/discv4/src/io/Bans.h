#pragma once

#include "engine/KeyedHash.h"
#include "engine/RateLimiter.h"

#include <waymark/base/Clock.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace waymark::discv4::io
{

/// When an address is banned, and for how long.
struct BanRule
{
    engine::Rate refusals{100, 2'000};        ///< packets over its limit that are put up with
    Duration time = std::chrono::minutes(10); ///< zero: nobody is banned

    friend bool operator==(const BanRule&, const BanRule&) = default;
};

/// Addresses whose packets are dropped unread for a while, because far more came from them than is answered.
///
/// Source addresses are forged with ease, so a ban must never reach anybody who is known: whoever asks here
/// asks first whether the endpoint belongs to a proven node, a registered peer or a bootnode.
///
/// A fixed table without locks. When an address needs the place of another, the older ban is over: that costs
/// no more than the limits that its packets meet again. Any thread.
class Bans
{
public:
    static constexpr std::size_t slots = 4'096;

    Bans(std::uint64_t seed, const BanRule& rule, MonotonicTime start);

    /// A packet of this address was over its limit. True when that is what bans it.
    bool refused(const node::IpAddress& ip, MonotonicTime now) noexcept;
    bool isBanned(const node::IpAddress& ip, MonotonicTime now) const noexcept;
    /// How many addresses are banned.
    std::size_t count(MonotonicTime now) const noexcept;

    /// Holds for the next refusals; bans that were spoken run on, unless there are to be none.
    void setRule(const BanRule& rule) noexcept;

private:
    std::uint32_t secondsAt(MonotonicTime now) const noexcept;

    engine::KeyedHash _hash;
    engine::RateLimiter _refusals;
    MonotonicTime _start;
    std::atomic<std::uint32_t> _seconds{0}; ///< how long a ban is; 0: none
    /// The upper half of a slot tells the address, the lower one the second at which its ban is over.
    std::unique_ptr<std::atomic<std::uint64_t>[]> _table;
};

} // namespace waymark::discv4::io
