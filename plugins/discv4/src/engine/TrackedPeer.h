#pragma once

#include "engine/Parameters.h"

#include <waymark/base/Clock.h>
#include <waymark/discovery/Discovery.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace waymark::discv4::engine
{

/// Which of a peer's endpoints: where it is registered, or where it proved to be although nobody registered
/// it there.
enum class SpotKind : std::uint8_t
{
    registered,
    seen
};

/// An endpoint of a registered peer, and whether it answers there.
struct Spot
{
    node::NodeEndpoint endpoint;
    bool isReachable = true; ///< this node has an address of that family
    bool isExpected = true;  ///< packets from there are the peer's, as far as can be told
    discovery::Liveness state = discovery::Liveness::pending;
    unsigned failures = 0;  ///< unanswered pings in a row
    std::uint16_t turn = 0; ///< registered::Turn::mark() of the next ping
};

/// What is known of one registered peer: in each address family where it is registered, and where it was seen
/// last. It is told of where it is registered for as long as it answers there, then where it was seen. It is
/// as alive as the liveliest of the endpoints that it is told at and that this node can reach.
struct TrackedPeer
{
    /// Few peers have moved, so only those pay for it.
    struct Elsewhere
    {
        node::PublicKey key;
        std::array<std::optional<Spot>, 2> spots; ///< by family
    };

    std::array<std::optional<Spot>, 2> spots; ///< by family
    std::unique_ptr<Elsewhere> elsewhere;
    discovery::PeerLiveness liveness;
    std::uint64_t recordSeq = 0; ///< of the newest record that was read; 0: none
    bool isTold = false;         ///< it is in the index of those that are told otherwise than registered

    struct Found
    {
        Spot* spot = nullptr;
        SpotKind kind = SpotKind::registered;
    };
    Found at(const node::Endpoint& endpoint) noexcept;
    bool isAt(const node::Endpoint& endpoint) const noexcept;

    /// Null when there is none.
    Spot* spot(node::IpFamily family, SpotKind kind) noexcept;
    std::optional<Spot>& spot(node::IpFamily family) noexcept;
    const std::optional<Spot>& spot(node::IpFamily family) const noexcept;
    /// Where it was seen; null or empty when nowhere.
    std::optional<Spot>* seen(node::IpFamily family) noexcept;
    const Spot* seen(node::IpFamily family) const noexcept;

    discovery::Liveness best() const noexcept;
    /// Whether it answers where it was seen, and not where it is registered.
    bool hasMoved(node::IpFamily family) const noexcept;
    bool hasMoved() const noexcept;
    /// What is told of it in a family; nothing: not that family.
    std::optional<node::NodeEndpoint> told(node::IpFamily family, Advertise advertise) const noexcept;
};

} // namespace waymark::discv4::engine
