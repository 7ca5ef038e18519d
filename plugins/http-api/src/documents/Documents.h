#pragma once

#include "documents/Snapshot.h"

#include <cstdint>
#include <string>

namespace waymark::httpapi
{

// The documents that node software reads to find its first peers. Each is valid whatever is registered:
// labels are text, and peers that a format cannot say are left out.

/// {"node_id":n,"p2p_node_id":"<128 hex>","p2p_addresses":["ip:udp",...],"p2p_relay_url":null,
/// "enr":"enr:...","enode":"enode://..." or null}: this node. `nodeId` is whatever number the operator gave
/// it.
std::string bootstrapDocument(const Snapshot& snapshot, std::uint64_t nodeId);
/// This node's URL and a line feed; empty while it has no socket.
std::string enodeDocument(const Snapshot& snapshot);
/// This node's record and a line feed.
std::string enrDocument(const Snapshot& snapshot);
/// {"<chain id>":["enode://...",...]}: this node, and the peers whose label nodeType is "bootnode".
std::string bootnodesDocument(const Snapshot& snapshot, std::uint64_t chainId);
/// ["enode://...",...]: the registered peers, as geth and Besu read static-nodes.json.
std::string staticNodesDocument(const Snapshot& snapshot);
/// [{"name":...,"namespace":...,"nodeType":...,"ip":...,"port":n,"peerString":"ip:port"},...], from the
/// labels of those names; a peer without a name is called by its id.
std::string peersDocument(const Snapshot& snapshot);
/// A line "ip:port" for each peer, IPv6 addresses in brackets.
std::string peerListDocument(const Snapshot& snapshot);
/// How many lines that has, and a line feed.
std::string peerCountDocument(const Snapshot& snapshot);

} // namespace waymark::httpapi
