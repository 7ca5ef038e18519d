#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>

#include <cstdint>

namespace waymark::testkit::sim
{

class Host;

/// A datagram under way. The memory is used again for later ones.
struct Flight
{
    std::size_t slot = 0;
    std::uint64_t number = 0;
    node::Endpoint source;
    node::Endpoint destination;
    Bytes payload;
    Host* from = nullptr;
    Host* to = nullptr; ///< known once it has come to the receiver's side
    Duration sentAt{0};
};

} // namespace waymark::testkit::sim
