#pragma once

#include "registry/NodePool.h"
#include "registry/PeerNodes.h"

#include <waymark/registry/PeerIndex.h>

#include <array>
#include <cstddef>
#include <memory_resource>

namespace waymark::registry
{

/// Makes versions of all peers, each by copying what changed of the one before: the forks on the way to a
/// bucket and the bucket. A path-compressed binary trie over the bits of the node ids, whose leaves are
/// buckets, so that its forks are few enough to stay in a cache.
///
/// One thread writes. Versions that were committed are read by anybody (ClosestWalk) until what was dropped
/// since is reused: after a round, which the caller ends when all readers left.
class PeerTree
{
public:
    explicit PeerTree(std::pmr::memory_resource& memory);

    /// Changes the next version. What throws (bad_alloc; invalid_argument for an endpoint in the place of the
    /// other family's) leaves the next version unusable: rollback().
    void put(const PeerIndex::Entry& entry);
    void erase(const node::Hash256& nodeId);

    /// The next version is complete; nothing is changed until it is committed. Throws bad_alloc: rollback().
    const PeerVersion& complete();
    void commit() noexcept;
    /// The next version is the committed one again.
    void rollback() noexcept;

    /// See NodePool.
    void beginRound() noexcept;
    void endRound() noexcept;
    std::size_t garbage() const noexcept;

private:
    /// The forks from the top down to a bucket.
    struct Path
    {
        std::array<const PeerFork*, 256> forks;
        std::size_t depth;
        PeerEdge end;
    };

    Path descend(const node::Hash256& nodeId) const noexcept;
    /// What the path's first `depth` forks lead to is now this.
    void replace(const Path& path, std::size_t depth, const node::Hash256& nodeId, PeerEdge edge);
    PeerEdge bucketOf(const PeerIndex::Entry& entry);
    PeerEdge putInto(const PeerBucket& bucket, std::size_t shared, const PeerIndex::Entry& entry);
    PeerEdge split(const PeerBucket& full, const PeerIndex::Entry& entry);
    PeerEdge forkOver(std::size_t bit, std::size_t side, const PeerEdge& there, const PeerEdge& opposite);
    PeerEdge merge(const PeerBucket& bucket, const PeerBucket& other);

    NodePool<PeerRecord> _records;
    NodePool<PeerBucket> _buckets;
    NodePool<PeerFork> _forks;
    NodePool<PeerVersion> _versions;
    PeerEdge _top;
    const PeerVersion* _committed = nullptr;
    const PeerVersion* _complete = nullptr;
};

} // namespace waymark::registry
