#pragma once

#include <waymark/registry/Closest.h>
#include <waymark/registry/Peer.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace waymark::registry
{

/// The exact k nearest eth peers by XOR of node ids, for every back end.
///
/// A path-compressed trie over the node ids, two bits a fork, with buckets of up to 28 peers as leaves. A
/// fork knows how many peers lie below each child and in which address classes, so that closest() steps over
/// whole subtrees that the requester may not be told of: what it costs depends on k and the depth of the trie
/// (at most 128, about half of log2(size / 16) for ids that nobody ground), not on how many peers are out of
/// reach.
///
/// Any thread may call anything. closest() and size() never wait: they read the version that is out, which
/// nobody changes. apply() calls take turns; each makes the next version beside it out of copies of what
/// changed. It waits for readers only when some 32,768 replaced nodes (and one for each eighth peer) are
/// still held for a reader that does not come to an end. About 140 bytes a peer.
class PeerIndex
{
public:
    /// A peer as the index keeps it: at most one endpoint in each family.
    struct Entry
    {
        node::Hash256 nodeId{};
        node::PublicKey key;
        std::optional<node::NodeEndpoint> v4;
        std::optional<node::NodeEndpoint> v6;
    };

    /// Puts an entry in place of whatever has its node id, or takes that away.
    struct Update
    {
        node::Hash256 nodeId{};
        std::optional<Entry> entry; ///< empty: the peer goes. Its nodeId is that of the update.
    };

    PeerIndex();
    PeerIndex(const PeerIndex&) = delete;
    PeerIndex& operator=(const PeerIndex&) = delete;
    ~PeerIndex();

    /// What the index is to know of the eth peer with that node id: null when it goes. One without an
    /// endpoint is as good as gone.
    static Update updateOf(const node::Hash256& nodeId, const Peer* peer);

    /// Applies all updates in order; a reader sees all of them or none. An entry without an endpoint is as
    /// good as none. Throws bad_alloc, and invalid_argument for an endpoint that stands in the place of the
    /// other family's; then nothing changed. Many updates at once cost less than one by one.
    void apply(std::span<const Update> updates);

    /// The nearest peers within the query's reach, nearest first; see ClosestAnswer. Allocates nothing.
    ClosestAnswer closest(const ClosestQuery& query, std::span<ClosestPeer> out) const noexcept;

    /// How many peers are indexed.
    std::size_t size() const noexcept;

private:
    struct Content;
    std::unique_ptr<Content> _content;
};

} // namespace waymark::registry
