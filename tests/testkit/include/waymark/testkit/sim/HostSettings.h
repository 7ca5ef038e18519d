#pragma once

#include <waymark/base/Clock.h>
#include <waymark/node/IpAddress.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace waymark::testkit::sim
{

class Nat;

/// A machine of the network.
struct HostSettings
{
    /// At least one; the first of a family is what packets leave from when nothing else is said.
    std::vector<node::IpAddress> addresses;
    /// IPv4 addresses are private ones behind it; IPv6 ones are not. The NAT is one of the same network.
    Nat* nat = nullptr;

    /// Bytes that wait in a socket until they are read; UdpOptions::receiveBuffer goes before. The payload
    /// counts.
    std::size_t receiveBuffer = 212'992;
    /// How long the host is busy with a datagram; zero: it reads each at the instant at which it comes.
    Duration serviceTime{0};

    /// What its line carries in bytes of payload a second; zero: no limit.
    std::uint64_t bytesPerSecond = 0;
    /// Bytes that wait for the line.
    std::size_t sendBuffer = 212'992;
};

} // namespace waymark::testkit::sim
