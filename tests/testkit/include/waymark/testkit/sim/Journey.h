#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>
#include <waymark/testkit/sim/Fate.h>

namespace waymark::testkit::sim
{

class Host;

/// The whole way of a datagram, told when it is over. Borrowed for the call.
struct Journey
{
    node::Endpoint source;      ///< as the receiver sees it: behind a NAT, with its public endpoint
    node::Endpoint destination; ///< where it went, inside of the receiver's NAT if it came that far
    ByteView payload;
    const Host* from = nullptr; ///< nobody: it was injected
    const Host* to = nullptr;   ///< nobody: it came to no host
    Duration sentAt{0};
    Fate fate = Fate::delivered;
};

} // namespace waymark::testkit::sim
