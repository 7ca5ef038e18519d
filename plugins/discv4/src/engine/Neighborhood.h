#pragma once

#include "engine/Parameters.h"
#include "engine/RegisteredPeers.h"
#include "engine/Table.h"
#include "wire/Message.h"

#include <waymark/registry/PeerRegistry.h>

#include <array>
#include <cstddef>
#include <span>

namespace waymark::discv4::engine
{

/// What FINDNODE is answered with: registered peers and proven strangers together, nearest first. A
/// registered peer counts as proven for as long as it is registered, and appears with its registered
/// endpoint, once. Allocates nothing; any thread.
class Neighborhood
{
public:
    Neighborhood(const registry::PeerRegistry& registry, const RegisteredPeers& registered,
                 const Table& table) noexcept
        : _registry(registry), _registered(registered), _table(table)
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

private:
    const registry::PeerRegistry& _registry;
    const RegisteredPeers& _registered;
    const Table& _table;
};

} // namespace waymark::discv4::engine
