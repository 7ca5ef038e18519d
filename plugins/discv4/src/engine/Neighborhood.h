#pragma once

#include "engine/Parameters.h"
#include "engine/RegisteredPeers.h"
#include "engine/Table.h"
#include "wire/Message.h"

#include <waymark/registry/PeerRegistry.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <span>

namespace waymark::discv4::engine
{

/// What FINDNODE is answered with: registered peers and proven strangers together, nearest first, registered
/// ones that do not answer behind all others. A registered peer counts as proven for as long as it is
/// registered, and appears once: where it moved to, else with its registered endpoint. When only live ones
/// are advertised, the others count as absent. Allocates nothing; any thread.
class Neighborhood
{
public:
    Neighborhood(const registry::PeerRegistry& registry, const RegisteredPeers& registered,
                 const Table& table, Advertise advertise) noexcept
        : _registry(registry), _registered(registered), _table(table), _advertise(advertise)
    {
    }

    struct Question
    {
        node::Hash256 target{};    ///< a node id
        node::Hash256 requester{}; ///< left out of the answer
        registry::ReachSet reach;  ///< what it may be told of
    };
    struct Answer
    {
        std::array<wire::Neighbor, neighborCount> storage{};
        std::size_t size = 0;
        std::size_t hidden = 0; ///< nodes that the reach kept out

        std::span<const wire::Neighbor> nodes() const noexcept { return {storage.data(), size}; }
    };
    Answer closest(const Question& question) const;

    /// The whole of a registered peer's id; nothing when the registry shows no such peer any more.
    std::optional<node::Hash256> registeredId(const registered::ShortId& half) const;
    /// Where a registered peer is: where it moved to, else where it is registered; nothing beyond that reach.
    std::optional<wire::Neighbor> registered(const node::Hash256& id, registry::ReachSet reach) const;

    /// The index of those that are told otherwise than registered must have all that are live before.
    void setAdvertise(Advertise advertise) noexcept { _advertise.store(advertise); }

private:
    /// One more than the answer has, for the requester itself.
    using Found = std::array<registry::ClosestPeer, neighborCount + 1>;

    /// The nearest registered peers as they are told.
    registry::ClosestAnswer registeredClosest(const registry::ClosestQuery& query,
                                              std::span<registry::ClosestPeer> out) const;
    void putUnresponsiveLast(std::span<wire::Neighbor> nodes, std::span<const node::Hash256> ids) const;

    const registry::PeerRegistry& _registry;
    const RegisteredPeers& _registered;
    const Table& _table;
    std::atomic<Advertise> _advertise;
};

} // namespace waymark::discv4::engine
