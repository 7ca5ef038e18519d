#pragma once

#include "registry/index/NodePool.h"
#include "registry/index/PeerNodes.h"

#include <waymark/registry/PeerIndex.h>

#include <array>
#include <cstddef>
#include <memory_resource>
#include <optional>

namespace waymark::registry::index
{

/// Makes versions of all peers, each by copying what changed of the one before: the forks on the way to a
/// bucket and the bucket. A path-compressed trie over the node ids, whose leaves are buckets, so that
/// there are few forks.
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
    /// Whether the next version has no peers.
    bool isEmpty() const noexcept { return _top.to == nullptr; }

private:
    /// The forks from the top down to where an id belongs.
    struct Path
    {
        std::array<const PeerFork*, idDigits> forks;
        std::size_t depth;
        PeerEdge end; ///< to a bucket, or to nothing
    };

    /// Throws bad_alloc, and invalid_argument as put() does.
    const PeerRecord& takeRecord(const PeerIndex::Entry& entry);
    void dropRecord(const PeerRecord& record);
    Path descend(const node::Hash256& nodeId) const noexcept;
    /// What the path's first `depth` forks lead to is now this.
    void replace(const Path& path, std::size_t depth, const node::Hash256& nodeId, PeerEdge edge);
    PeerEdge bucketOf(const PeerIndex::Entry& entry);
    PeerEdge putInto(const PeerBucket& bucket, std::size_t shared, const PeerIndex::Entry& entry);
    PeerEdge split(const PeerBucket& full, const PeerIndex::Entry& entry);
    PeerEdge insertAbove(const PeerFork& fork, std::size_t digit, const PeerIndex::Entry& entry);
    /// What takes the place of a fork that has this instead of a child, when it is not worth a fork any more.
    std::optional<PeerEdge> shrunk(const PeerFork& fork, std::size_t value, const PeerEdge& instead);

    NodePool<PeerRecord> _records;
    NodePool<PeerRecordV6> _recordsV6;
    NodePool<PeerBucket> _buckets;
    NodePool<PeerFork> _forks;
    NodePool<PeerVersion> _versions;
    PeerEdge _top;
    const PeerVersion* _committed = nullptr;
    const PeerVersion* _complete = nullptr;
};

} // namespace waymark::registry::index
