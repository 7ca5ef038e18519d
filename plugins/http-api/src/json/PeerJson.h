#pragma once

#include <waymark/base/Clock.h>
#include <waymark/discovery/Discovery.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>
#include <waymark/registry/Lease.h>
#include <waymark/registry/Peer.h>
#include <waymark/registry/Revision.h>

#include <optional>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// What a registered peer is shown with, besides what it is.
struct PeerStanding
{
    registry::Lease lease;                           ///< of the claim that is shown
    std::vector<std::string> origins;                ///< who claims it, the one that is shown first
    std::optional<discovery::PeerLiveness> liveness; ///< nothing: no protocol follows it
    registry::Revision revision;                     ///< of the registry: what is shown is not older
};

/// {"id":"0x...","ip":"...","tcp_port":n,"udp_port":n,"enode":"enode://..."}: the shape that clients know,
/// field by field in this order. New fields only ever follow.
void appendPeer(std::string& out, const node::PublicKey& key, const node::NodeEndpoint& endpoint);

/// A registered peer in the same shape, and then its labels and its record: "labels":{...},"enr":"enr:..." or
/// null. One of another network than Ethereum, or without an address that can be an endpoint, has null where
/// it has nothing.
void appendPeer(std::string& out, const registry::Peer& peer);

/// The same, and between them how it stands: "expires_at","liveness","last_pong","rtt_ms","origins" before
/// the labels, "revision" at the end.
void appendPeer(std::string& out, const registry::Peer& peer, const PeerStanding& standing);

/// The end of a lease in UTC with whole seconds (RFC 3339), rounded down, in quotes; null without an end.
std::string expiryJson(const registry::Lease& lease);

} // namespace waymark::httpapi
