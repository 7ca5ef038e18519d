#pragma once

#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>
#include <waymark/registry/Lease.h>
#include <waymark/registry/Peer.h>

#include <string>

namespace waymark::httpapi
{

/// {"id":"0x...","ip":"...","tcp_port":n,"udp_port":n,"enode":"enode://..."}: the shape that clients know,
/// field by field in this order. New fields only ever follow.
void appendPeer(std::string& out, const node::PublicKey& key, const node::NodeEndpoint& endpoint);

/// A registered peer in the same shape, and then when its lease ends: "expires_at":"2033-05-18T03:33:20Z", or
/// null. One of another network than Ethereum, or without an address that can
/// be an endpoint, has null where it has nothing.
void appendPeer(std::string& out, const registry::Peer& peer, const registry::Lease& lease);

/// The end of a lease in UTC with whole seconds (RFC 3339), rounded down, in quotes; null without an end.
std::string expiryJson(const registry::Lease& lease);

} // namespace waymark::httpapi
