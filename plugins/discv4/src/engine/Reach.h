#pragma once

#include <waymark/node/IpAddress.h>
#include <waymark/registry/Closest.h>

namespace waymark::discv4::engine
{

/// What a node at `requester` may be told of: nodes of its own family; loopback addresses only on loopback,
/// those of local networks only there and on loopback, special-purpose ones never.
registry::ReachSet reachFor(const node::IpAddress& requester) noexcept;

/// Whether a node at `teller` may tell of `told`: the same rule seen from the receiving end.
bool mayTell(const node::IpAddress& teller, const node::IpAddress& told) noexcept;

/// Whether a packet can be answered at all: neither unspecified, multicast, nor port 0.
bool isUsable(const node::Endpoint& endpoint) noexcept;

/// The block that limits count by: /24 of IPv4, /64 of IPv6.
node::IpAddress prefixOf(const node::IpAddress& ip) noexcept;

/// Addresses that the limits per block leave alone: loopback and local networks.
bool isLocal(const node::IpAddress& ip) noexcept;

} // namespace waymark::discv4::engine
