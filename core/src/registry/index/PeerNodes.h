#pragma once

#include "registry/index/IdBits.h"

#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>
#include <waymark/registry/Closest.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace waymark::registry::index
{

/// What the versions of a PeerTree consist of. A node is written while `isFresh` says that only the writer
/// knows it, and never again once a version with it is out.

/// A peer. Most have no IPv6 endpoint and no room for one: that is 15 MiB less for a million.
struct alignas(16) PeerRecord
{
    /// An IPv4 endpoint in 8 bytes.
    struct V4
    {
        std::array<Byte, 4> ip{};
        std::uint16_t udp = 0;
        std::uint16_t tcp = 0;
    };

    node::Hash256 nodeId{};
    node::PublicKey key;
    V4 v4;            ///< the IPv4 endpoint, if there is one
    ReachSet reachV4; ///< empty when there is no IPv4 endpoint
    bool isFresh = false;
    bool hasV6 = false; ///< it is a PeerRecordV6

    inline const node::NodeEndpoint& v6() const noexcept;
};
static_assert(sizeof(PeerRecord) == 112);

/// A peer with an IPv6 endpoint, and perhaps an IPv4 one.
struct PeerRecordV6 : PeerRecord
{
    node::NodeEndpoint endpoint;
};

const node::NodeEndpoint& PeerRecord::v6() const noexcept
{
    return static_cast<const PeerRecordV6*>(this)->endpoint;
}

/// Peers whose ids share a prefix, in no order. What a query sorts by lies together.
struct alignas(64) PeerBucket
{
    static constexpr std::size_t capacity = 28; ///< what six cache lines hold

    std::uint64_t lead = 0;       ///< the first bytes of an id that shares the prefix
    std::uint8_t size = 0;        ///< 1 to capacity
    std::uint8_t windowStart = 0; ///< all ids agree on the bytes before
    bool isFresh = false;
    std::array<ReachSet, capacity> reach;
    std::array<std::uint32_t, capacity> window; ///< of each id, the four bytes from windowStart on
    std::array<const PeerRecord*, capacity> record;
};
static_assert(sizeof(PeerBucket) == 384);

/// A way down: to an inner node, or to a bucket.
struct PeerEdge
{
    const void* to = nullptr; ///< nothing: no peers
    std::uint32_t count = 0;  ///< peers below
    ReachSet reach;           ///< the classes that they have endpoints in
    bool isBucket = false;

    inline const struct PeerFork& fork() const noexcept;
    const PeerBucket& bucket() const noexcept { return *static_cast<const PeerBucket*>(to); }
};

/// Tells ids apart by one digit of two bits; all below agree on the digits before. So the children are nearer
/// to a target as a whole, one after the other, by the XOR of their digits with the target's. A fork knows of
/// its children what decides whether they are worth a visit, and all that in one cache line: a binary trie
/// would wait for memory twice as often.
struct alignas(64) PeerFork
{
    std::array<const void*, digitValues> child{};
    std::array<std::uint32_t, digitValues> count{};
    std::array<ReachSet, digitValues> reach{};
    std::array<bool, digitValues> isBucket{};
    std::uint8_t digit = 0;
    bool isFresh = false;

    PeerEdge edge(std::size_t value) const noexcept
    {
        return {child[value], count[value], reach[value], isBucket[value]};
    }
    void setEdge(std::size_t value, const PeerEdge& edge) noexcept
    {
        child[value] = edge.to;
        count[value] = edge.count;
        reach[value] = edge.reach;
        isBucket[value] = edge.isBucket;
    }
    /// That leads here.
    PeerEdge self() const noexcept
    {
        PeerEdge edge{this, 0, {}, false};
        for (std::size_t value = 0; value < digitValues; ++value) {
            edge.count += count[value];
            edge.reach = edge.reach | reach[value];
        }
        return edge;
    }
};
static_assert(sizeof(PeerFork) == 64);

const PeerFork& PeerEdge::fork() const noexcept
{
    return *static_cast<const PeerFork*>(to);
}

/// All peers at one moment.
struct PeerVersion
{
    PeerEdge top;
    bool isFresh = false;
};

} // namespace waymark::registry::index
