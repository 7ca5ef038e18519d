#include "registry/PeerTrie.h"

#include <algorithm>
#include <bit>

namespace waymark::registry
{

namespace
{

std::size_t bitAt(const node::Hash256& id, std::size_t bit) noexcept
{
    return (id[bit / 8] >> (7 - bit % 8)) & 1U;
}

/// The first bit that differs; the ids are not equal.
std::size_t firstDifference(const node::Hash256& left, const node::Hash256& right) noexcept
{
    std::size_t i = 0;
    while (left[i] == right[i])
        ++i;
    const auto difference = static_cast<std::uint8_t>(left[i] ^ right[i]);
    return i * 8 + static_cast<std::size_t>(std::countl_zero(difference));
}

} // namespace

PeerTrie::Leaf PeerTrie::leafOf(const PeerIndex::Entry& entry) noexcept
{
    Leaf leaf;
    leaf.nodeId = entry.nodeId;
    leaf.key = entry.key;
    if (entry.v4) {
        leaf.v4 = *entry.v4;
        leaf.reachV4 = ReachSet::of(node::IpFamily::v4, entry.v4->ip.scope());
    }
    if (entry.v6) {
        leaf.v6 = *entry.v6;
        leaf.reachV6 = ReachSet::of(node::IpFamily::v6, entry.v6->ip.scope());
    }
    return leaf;
}

ReachSet PeerTrie::reach(Ref ref) const noexcept
{
    return isLeaf(ref) ? leaf(ref).reachV4 | leaf(ref).reachV6 : _inners[ref].reach;
}

PeerTrie::Ref PeerTrie::descend(const node::Hash256& nodeId, Path& path) const noexcept
{
    Ref ref = _root;
    while (!isLeaf(ref)) {
        path.inner[path.depth++] = ref;
        const Inner& inner = _inners[ref];
        ref = inner.child[bitAt(nodeId, inner.bit)];
    }
    return ref;
}

PeerTrie::Ref& PeerTrie::childOf(const Path& path, std::size_t depth, const node::Hash256& nodeId) noexcept
{
    if (depth == 0)
        return _root;
    Inner& parent = _inners[path.inner[depth - 1]];
    return parent.child[bitAt(nodeId, parent.bit)];
}

void PeerTrie::refresh(const Path& path) noexcept
{
    for (std::size_t i = path.depth; i-- > 0;) {
        Inner& inner = _inners[path.inner[i]];
        inner.count = static_cast<std::uint32_t>(count(inner.child[0]) + count(inner.child[1]));
        inner.reach = reach(inner.child[0]) | reach(inner.child[1]);
    }
}

void PeerTrie::put(const PeerIndex::Entry& entry)
{
    const Leaf fresh = leafOf(entry);
    if (_root == none) {
        _root = _leaves.take(fresh) | leafFlag;
        return;
    }
    Path path;
    const Ref nearest = descend(entry.nodeId, path);
    if (leaf(nearest).nodeId == entry.nodeId) {
        _leaves[nearest & ~leafFlag] = fresh;
        refresh(path);
        return;
    }
    insertBeside(fresh, firstDifference(leaf(nearest).nodeId, entry.nodeId), path);
}

void PeerTrie::insertBeside(const Leaf& fresh, std::size_t differingBit, const Path& path)
{
    // Bits grow downwards: the new inner node goes above the first that tests a later bit.
    Path above = path;
    const auto* const end = path.inner.begin() + path.depth;
    above.depth = static_cast<std::size_t>(
        std::partition_point(path.inner.begin(), end,
                             [&](Ref ref) { return _inners[ref].bit < differingBit; }) -
        path.inner.begin());

    Inner inner;
    inner.bit = static_cast<std::uint8_t>(differingBit);
    const std::size_t side = bitAt(fresh.nodeId, differingBit);
    Ref& place = childOf(above, above.depth, fresh.nodeId);
    inner.child[1 - side] = place;
    inner.child[side] = _leaves.take(fresh) | leafFlag;
    place = _inners.take(inner);
    above.inner[above.depth++] = place;
    refresh(above);
}

bool PeerTrie::erase(const node::Hash256& nodeId)
{
    if (_root == none)
        return false;
    Path path;
    const Ref found = descend(nodeId, path);
    if (leaf(found).nodeId != nodeId)
        return false;
    _leaves.giveBack(found & ~leafFlag);
    if (path.depth == 0) {
        _root = none;
        return true;
    }
    const Ref parent = path.inner[--path.depth];
    const Inner& gone = _inners[parent];
    childOf(path, path.depth, nodeId) = gone.child[1 - bitAt(nodeId, gone.bit)];
    _inners.giveBack(parent);
    refresh(path);
    return true;
}

ClosestAnswer PeerTrie::closest(const ClosestQuery& query, std::span<ClosestPeer> out) const noexcept
{
    ClosestAnswer answer;
    if (_root == none || out.empty())
        return answer;
    std::array<Ref, maximumDepth + 1> pending;
    std::size_t depth = 0;
    pending[depth++] = _root;
    std::size_t passed = 0; // peers met so far in order of distance, in reach or not
    while (depth > 0 && answer.count < out.size()) {
        Ref ref = pending[--depth];
        while (!isLeaf(ref) && reach(ref).meets(query.reach)) {
            const Inner& inner = _inners[ref];
            const std::size_t near = bitAt(query.target, inner.bit);
            pending[depth++] = inner.child[1 - near];
            ref = inner.child[near];
        }
        const std::size_t leaves = count(ref);
        if (!reach(ref).meets(query.reach)) {
            answer.hidden += std::min(leaves, out.size() - std::min(passed, out.size()));
        } else {
            const Leaf& peer = leaf(ref);
            const bool viaV4 = peer.reachV4.meets(query.reach);
            out[answer.count++] = {peer.key, peer.nodeId, viaV4 ? peer.v4 : peer.v6};
        }
        passed += leaves;
    }
    return answer;
}

} // namespace waymark::registry
