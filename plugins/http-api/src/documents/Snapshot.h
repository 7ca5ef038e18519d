#pragma once

#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>
#include <waymark/node/LocalNode.h>
#include <waymark/registry/PeerRegistry.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// A registered peer that node software can dial: an eth peer with an address and a TCP port.
struct Dialable
{
    node::PublicKey key;
    node::NodeEndpoint endpoint; ///< the IPv4 one of a peer that has both
    std::map<std::string, std::string> labels;

    /// A label's value; empty without it.
    std::string label(std::string_view name) const;
};

/// What the documents for node software are made of: this node and the registered peers at one time.
struct Snapshot
{
    node::PublicKey key;
    std::vector<node::NodeEndpoint> advertised; ///< of this node, IPv4 first; empty while it has no socket
    std::shared_ptr<const node::Enr> record;
    std::vector<Dialable> peers; ///< in order of address, TCP port and key
    registry::Revision revision; ///< nothing that is shown is older

    static Snapshot of(const node::LocalNode& node, const registry::PeerRegistry& registry);
};

} // namespace waymark::httpapi
