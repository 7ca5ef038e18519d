#pragma once

#include <waymark/base/Result.h>
#include <waymark/node/IpAddress.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::host
{

/// One entry of node.external-ip: where the address comes from that others reach this node at.
struct ExternalAddress
{
    enum class Kind : std::uint8_t
    {
        address,
        interface, ///< the first usable address of a network interface
        name,      ///< what a DNS name stands for
        predicted  ///< what most other nodes see
    };

    Kind kind = Kind::address;
    node::IpAddress ip{}; ///< of an address
    std::string name{};   ///< of an interface or in DNS

    /// "198.51.100.7", "interface:eth0", "dns:node.example.org", "predicted".
    static Result<ExternalAddress> parse(std::string_view text);
    std::string toString() const;

    friend auto operator<=>(const ExternalAddress&, const ExternalAddress&) = default;
};

} // namespace waymark::host
