#pragma once

#include "registry/index/IdBits.h"
#include "registry/index/PeerNodes.h"

#include <waymark/registry/Closest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace waymark::registry::index
{

/// One answer to who is closest: walks near sides first, and so meets the buckets in order of distance;
/// orders the peers within each; steps over what is out of reach by its count. Any thread, while the version
/// lasts. Allocates nothing.
class ClosestWalk
{
public:
    ClosestWalk(const ClosestQuery& query, std::span<ClosestPeer> out) noexcept
        : _query(query), _lead(eightBytes(query.target, 0)), _out(out)
    {
    }

    ClosestAnswer from(const PeerEdge& top) noexcept;

private:
    void meet(const PeerBucket& bucket) noexcept;
    /// Moves the keys of those within reach to the front; returns how many there are.
    std::size_t leaveReachable(const PeerBucket& bucket, std::span<std::int32_t> keys) const noexcept;
    void sortByIds(const PeerBucket& bucket, std::span<std::int32_t> keys) const noexcept;
    /// Has a bucket come into the cache, and what is next when it has too few.
    void expect(const PeerEdge& bucket, const PeerEdge& next) const noexcept;
    void stepOver(std::size_t peers) noexcept;
    void choose(const PeerRecord& record) noexcept;
    void writeChosen() noexcept;
    bool isFull() const noexcept { return _written + _chosen == _out.size(); }
    /// The target's digit at a fork. Almost all forks lie in the first 64 bits, which are in a register.
    std::size_t valueAt(const PeerFork& fork) const noexcept
    {
        constexpr std::size_t inRegister = 64 / digitBits;
        return fork.digit < inRegister
                   ? (_lead >> (digitBits * (inRegister - 1 - fork.digit))) & (digitValues - 1)
                   : digitAt(_query.target, fork.digit);
    }

    const ClosestQuery& _query;
    const std::uint64_t _lead;
    std::span<ClosestPeer> _out;
    std::size_t _passed = 0; ///< peers met so far in order of distance, in reach or not; exact below k
    std::size_t _hidden = 0;
    std::size_t _written = 0;
    std::size_t _chosen = 0;
    /// Chosen and on their way into the cache.
    std::array<const PeerRecord*, PeerBucket::capacity> _records;
};

} // namespace waymark::registry::index
