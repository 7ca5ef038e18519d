#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/node/Endpoint.h>

#include <tl/expected.hpp>

#include <cstdint>
#include <string>

namespace waymark::discv4::decode
{

/// A UDP datagram out of a frame, which it borrows from.
struct UdpDatagram
{
    node::Endpoint source;
    node::Endpoint destination;
    ByteView payload;
    std::size_t offset = 0;  ///< of the payload in the frame
    std::size_t missing = 0; ///< bytes that the UDP header promises and the capture does not have
};

/// Why there is none in a frame.
struct NoDatagram
{
    bool isDamaged = false; ///< else it is simply something else: TCP, ARP
    std::size_t offset = 0; ///< in the frame
    std::string why;
};

/// Takes a frame's headers off: Ethernet (also with VLAN tags), Linux cooked captures in both versions, BSD's
/// loopback, or none; then IPv4 or IPv6 with its extension headers. Fragments are not put together.
tl::expected<UdpDatagram, NoDatagram> openEnvelope(std::uint32_t linkType, ByteView frame);

} // namespace waymark::discv4::decode
