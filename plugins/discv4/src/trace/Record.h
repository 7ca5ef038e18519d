#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>

#include <cstdint>
#include <string>

namespace waymark::discv4::trace
{

enum class Direction : std::uint8_t
{
    inbound = 1, ///< as epb_flags says it
    outbound = 2
};

/// One datagram of the capture, with bytes of its own.
struct Record
{
    WallTime time;
    Direction direction = Direction::inbound;
    node::Endpoint source;
    node::Endpoint destination;
    Bytes payload;
    std::string comment;    ///< may be empty
    std::uint64_t lost = 0; ///< how many before this one could not be kept
};

} // namespace waymark::discv4::trace
