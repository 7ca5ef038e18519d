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
/// A path-compressed binary trie over the 256 bits of the node ids. Each inner node knows how many peers lie
/// below it and in which address classes, so that closest() steps over whole subtrees that the requester may
/// not be told of: what it costs depends on k and the depth of the trie (at most 256, about log2 of the size
/// for ids that nobody ground), not on how many peers are out of reach.
///
/// Any thread may call anything. Readers share a lock that a writer holds for one apply() call, so callers
/// that change much do it in slices (RegistryState: 256 peers).
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

    /// What the index keeps of a peer; nothing when it is not eth or has no endpoint.
    static std::optional<Entry> entryOf(const Peer& peer);

    /// Applies all updates in order; a reader sees all of them or none. An entry without an endpoint is as
    /// good as none.
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
