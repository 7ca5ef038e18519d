#pragma once

#include <waymark/base/Result.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Enr.h>
#include <waymark/node/PeerId.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::registry
{

enum class Transport : std::uint8_t
{
    tcp,
    udp,
    quic
};

std::string_view toString(Transport transport) noexcept;

/// One way to a peer. `host` is an IP address in its canonical text for eth peers; other schemes may use
/// a DNS name.
struct PeerAddress
{
    Transport transport = Transport::tcp;
    std::string host;
    std::uint16_t port = 0;

    friend auto operator<=>(const PeerAddress&, const PeerAddress&) noexcept = default;
};

/// What is known of a registered peer. A value.
struct Peer
{
    node::PeerId id;
    std::vector<PeerAddress> addresses;
    std::optional<node::Enr> enr;
    std::map<std::string, std::string> labels; ///< name, namespace, nodeType, ...

    /// An eth peer at one endpoint: a udp address and, unless the port is 0, a tcp address.
    static Peer at(const node::PublicKey& key, const node::NodeEndpoint& endpoint);

    /// The endpoint in one family, put together from its first udp and tcp addresses that are IP literals;
    /// nothing without a udp address.
    std::optional<node::NodeEndpoint> endpoint(node::IpFamily family) const;
    /// The v4 endpoint, else the v6 one.
    std::optional<node::NodeEndpoint> endpoint() const;

    friend bool operator==(const Peer&, const Peer&) = default;
};

/// What no registry takes is `invalidArgument`: more than 16 addresses or 32 labels, a host that is no
/// canonical IP address (for eth peers) or has more than 253 characters, a label whose name has not 1 to 64
/// printable characters or whose value is no text of at most 256 bytes, a record of another key.
Result<void> checkPeer(const Peer& peer);

} // namespace waymark::registry
