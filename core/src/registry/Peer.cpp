#include <waymark/registry/Peer.h>

namespace waymark::registry
{

std::string_view toString(Transport transport) noexcept
{
    switch (transport) {
    case Transport::tcp:
        return "tcp";
    case Transport::udp:
        return "udp";
    case Transport::quic:
        return "quic";
    }
    return "unknown";
}

Peer Peer::at(const node::PublicKey& key, const node::NodeEndpoint& endpoint)
{
    Peer peer{node::PeerId(key), {}, std::nullopt, {}};
    const std::string host = endpoint.ip.toString();
    peer.addresses.push_back({Transport::udp, host, endpoint.udp});
    if (endpoint.tcp != 0)
        peer.addresses.push_back({Transport::tcp, host, endpoint.tcp});
    return peer;
}

std::optional<node::NodeEndpoint> Peer::endpoint(node::IpFamily family) const
{
    std::optional<node::NodeEndpoint> found;
    for (const PeerAddress& address : addresses) {
        if (address.transport != Transport::udp)
            continue;
        const auto ip = node::IpAddress::parse(address.host);
        if (!ip || ip->family() != family)
            continue;
        found = node::NodeEndpoint{*ip, address.port, 0};
        break;
    }
    if (!found)
        return std::nullopt;
    // One endpoint has one address: a tcp port elsewhere does not belong to it.
    for (const PeerAddress& address : addresses) {
        if (address.transport != Transport::tcp)
            continue;
        const auto ip = node::IpAddress::parse(address.host);
        if (!ip || *ip != found->ip)
            continue;
        found->tcp = address.port;
        break;
    }
    return found;
}

std::optional<node::NodeEndpoint> Peer::endpoint() const
{
    auto found = endpoint(node::IpFamily::v4);
    return found ? found : endpoint(node::IpFamily::v6);
}

} // namespace waymark::registry
