#pragma once

#include <waymark/base/Result.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::node
{

/// What is wrong with a node URL, and where.
struct EnodeFlaw
{
    std::string part;         ///< scheme, id, host, port, query or discport
    std::size_t position = 0; ///< in the URL, from 0; its length for what is missing at the end
    std::string reason;

    /// "enode URL, id at position 8: it has 128 hex digits, not 127"
    std::string toString() const;
};

/// A node URL: enode://<128 hex digits>@<ip>:<tcp>[?discport=<udp>], IPv6 in brackets.
struct Enode
{
    PublicKey key;
    NodeEndpoint endpoint;

    /// Errors name the part that is wrong (scheme, id, host, port, discport) and its position. Host names are
    /// refused: this is a pure codec and resolves nothing.
    static Result<Enode> parse(std::string_view url);
    /// The same for who wants to point at what is wrong.
    static tl::expected<Enode, EnodeFlaw> examine(std::string_view url);

    /// A node as others are told of it. Without a TCP port the UDP port stands for it: some clients drop
    /// nodes whose TCP port is 0, and none dials a bootnode.
    static Enode advertised(const PublicKey& key, const NodeEndpoint& endpoint);

    /// With `?discport=` only where the UDP port differs from the TCP port.
    std::string toString() const;

    friend auto operator<=>(const Enode&, const Enode&) noexcept = default;
};

/// A node URL with a host name in place of the address: enode://<128 hex
/// digits>@<name>:<tcp>[?discport=<udp>]. Whoever uses it resolves the name, again when the node moved.
struct NamedEnode
{
    PublicKey key;
    std::string host;
    std::uint16_t udp = 0;
    std::uint16_t tcp = 0;

    /// Errors as of Enode::parse(); an address is no name.
    static Result<NamedEnode> parse(std::string_view url);
    static tl::expected<NamedEnode, EnodeFlaw> examine(std::string_view url);
    /// The node at one of the name's addresses.
    Enode at(const IpAddress& ip) const noexcept { return {key, {ip, udp, tcp}}; }

    friend auto operator<=>(const NamedEnode&, const NamedEnode&) noexcept = default;
};

} // namespace waymark::node
