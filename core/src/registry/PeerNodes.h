#pragma once

#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>
#include <waymark/registry/Closest.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace waymark::registry
{

/// What the versions of a PeerTree consist of. A node is written while `isFresh` says that only the writer
/// knows it, and never again once a version with it is out.

/// A peer: two cache lines.
struct alignas(128) PeerRecord
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
    node::NodeEndpoint endpoint; ///< the IPv6 one, if there is one
    V4 v4;                       ///< the IPv4 one, if there is one
    ReachSet reachV4;            ///< empty when there is no IPv4 endpoint
    bool isFresh = false;
};
static_assert(sizeof(PeerRecord) == 128);

/// Peers whose ids share a prefix, in no order. What a query sorts by lies together.
struct alignas(64) PeerBucket
{
    static constexpr std::size_t capacity = 32;

    std::uint64_t lead = 0;       ///< the first bytes of an id that shares the prefix
    std::uint8_t size = 0;        ///< 1 to capacity
    std::uint8_t windowStart = 0; ///< all ids agree on the bytes before
    bool isFresh = false;
    std::array<ReachSet, capacity> reach;
    std::array<std::uint32_t, capacity> window; ///< of each id, the four bytes from windowStart on
    std::array<const PeerRecord*, capacity> record;
};
static_assert(sizeof(PeerBucket) == 448);

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

/// Tests one bit; all ids below agree on the bits before. So the child on a target's side is nearer as a
/// whole than the other one. It knows of its children what decides whether they are worth a visit.
struct alignas(32) PeerFork
{
    std::array<const void*, 2> child{};
    std::array<std::uint32_t, 2> count{};
    std::array<ReachSet, 2> reach{};
    std::array<bool, 2> isBucket{};
    std::uint8_t bit = 0;
    bool isFresh = false;

    PeerEdge edge(std::size_t side) const noexcept
    {
        return {child[side], count[side], reach[side], isBucket[side]};
    }
    void setEdge(std::size_t side, const PeerEdge& edge) noexcept
    {
        child[side] = edge.to;
        count[side] = edge.count;
        reach[side] = edge.reach;
        isBucket[side] = edge.isBucket;
    }
    /// That leads here.
    PeerEdge self() const noexcept { return {this, count[0] + count[1], reach[0] | reach[1], false}; }
};
static_assert(sizeof(PeerFork) == 32);

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

} // namespace waymark::registry
