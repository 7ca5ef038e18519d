#pragma once

#include <waymark/base/Result.h>
#include <waymark/node/IpAddress.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::node
{

/// An address and one port: where a socket is.
struct Endpoint
{
    IpAddress ip;
    std::uint16_t port = 0;

    /// "10.0.0.1:30303" or "[2001:db8::1]:30303".
    static Result<Endpoint> parse(std::string_view text);
    std::string toString() const;

    friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) noexcept = default;
};

struct EndpointHash
{
    std::size_t operator()(const Endpoint& endpoint) const noexcept;
};

/// Where a node is reached: one address, the discovery port and the RLPx port (0: none).
struct NodeEndpoint
{
    IpAddress ip;
    std::uint16_t udp = 0;
    std::uint16_t tcp = 0;

    Endpoint udpEndpoint() const noexcept { return {ip, udp}; }

    friend constexpr auto operator<=>(const NodeEndpoint&, const NodeEndpoint&) noexcept = default;
};

} // namespace waymark::node
