#pragma once

#include "host/identity/ExternalAddress.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::host
{

/// What node.* says about the identity, apart from the key.
struct NodeSettings
{
    /// In each family the first one that has an address of it holds.
    std::vector<ExternalAddress> external{};
    Duration resolveInterval = std::chrono::minutes(1); ///< between two looks at interfaces and names
    std::size_t predictionVotes = 10;                   ///< hosts that must agree for a prediction
    std::optional<std::uint16_t> udpPort;
    std::uint16_t tcpPort = 0;
    std::map<std::string, Bytes, std::less<>> entries; ///< node.enr.*: name to one RLP item

    friend bool operator==(const NodeSettings&, const NodeSettings&) = default;
};

} // namespace waymark::host
