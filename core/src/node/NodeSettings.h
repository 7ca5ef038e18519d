#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/node/IpAddress.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace waymark::node
{

/// What node.* says about the identity, apart from the key.
struct NodeSettings
{
    std::optional<IpAddress> externalV4;
    std::optional<IpAddress> externalV6;
    std::optional<std::uint16_t> udpPort;
    std::uint16_t tcpPort = 0;
    std::map<std::string, Bytes, std::less<>> entries; ///< node.enr.*: name to one RLP item

    friend bool operator==(const NodeSettings&, const NodeSettings&) = default;
};

} // namespace waymark::node
