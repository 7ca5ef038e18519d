#pragma once

#include "wire/Message.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Enr.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::discv4::client
{

struct PongAnswer
{
    Duration roundTrip{};
    std::optional<std::uint64_t> enrSeq;
    node::NodeEndpoint seenAs; ///< where the node says that the ping came from
};

struct NeighborsAnswer
{
    /// One that a node must not tell of, or that cannot be used.
    struct Refused
    {
        wire::Neighbor node;
        std::string_view reason; ///< static storage
    };

    Duration roundTrip{}; ///< to the first datagram
    std::vector<wire::Neighbor> nodes;
    std::vector<Refused> refused;
    unsigned datagrams = 0;
};

struct RecordAnswer
{
    Duration roundTrip{};
    node::Enr record; ///< signed by the node itself
};

} // namespace waymark::discv4::client
