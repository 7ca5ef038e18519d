#pragma once

#include "registry/Slab.h"

#include <waymark/registry/PeerIndex.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace waymark::registry
{

/// The trie of PeerIndex, without locks.
///
/// An inner node tests one bit; all leaves below it agree on the bits before. So its child on the target's
/// side is nearer as a whole than the other one, and walking near sides first meets the leaves in order of
/// distance.
class PeerTrie
{
public:
    void put(const PeerIndex::Entry& entry);
    /// False when there was no such peer.
    bool erase(const node::Hash256& nodeId);
    ClosestAnswer closest(const ClosestQuery& query, std::span<ClosestPeer> out) const noexcept;
    std::size_t size() const noexcept { return _root == none ? 0 : count(_root); }

private:
    /// A slot number; the top bit tells leaves from inner nodes.
    using Ref = std::uint32_t;
    static constexpr Ref none = std::numeric_limits<Ref>::max();
    static constexpr Ref leafFlag = Ref{1} << 31;
    static constexpr std::size_t maximumDepth = 256;

    struct Leaf
    {
        node::Hash256 nodeId{};
        node::PublicKey key;
        node::NodeEndpoint v4;
        node::NodeEndpoint v6;
        ReachSet reachV4; ///< empty when there is no such endpoint
        ReachSet reachV6;
    };
    struct Inner
    {
        std::array<Ref, 2> child{none, none};
        std::uint32_t count = 0;
        std::uint8_t bit = 0;
        ReachSet reach;
    };
    /// The inner nodes from the root down.
    struct Path
    {
        std::array<Ref, maximumDepth> inner;
        std::size_t depth = 0;
    };

    static bool isLeaf(Ref ref) noexcept { return (ref & leafFlag) != 0; }
    const Leaf& leaf(Ref ref) const noexcept { return _leaves[ref & ~leafFlag]; }
    static Leaf leafOf(const PeerIndex::Entry& entry) noexcept;

    ReachSet reach(Ref ref) const noexcept;
    std::size_t count(Ref ref) const noexcept { return isLeaf(ref) ? 1 : _inners[ref].count; }
    /// Follows the id's bits to a leaf: the only one that can have this id.
    Ref descend(const node::Hash256& nodeId, Path& path) const noexcept;
    void insertBeside(const Leaf& fresh, std::size_t differingBit, const Path& path);
    Ref& childOf(const Path& path, std::size_t depth, const node::Hash256& nodeId) noexcept;
    /// Renews counts and reach of the path's nodes, lowest first.
    void refresh(const Path& path) noexcept;

    Slab<Leaf> _leaves;
    Slab<Inner> _inners;
    Ref _root = none;
};

} // namespace waymark::registry
