#pragma once

#include "trace/Record.h"

#include <string_view>

/// Captures in the format of draft-ietf-opsawg-pcapng, little endian, nanoseconds, link type RAW (101): each
/// datagram in an IP and a UDP header that are made up from its endpoints, with right checksums. Pure.
namespace waymark::discv4::trace
{

/// The first four bytes of every pcapng file, in either byte order.
inline constexpr FixedBytes<4> pcapngMagic{0x0a, 0x0d, 0x0d, 0x0a};

/// Section header and interface description: what a file begins with. `interface` is shown by readers.
Bytes pcapngHeader(std::string_view interface);

/// Appends an enhanced packet block.
void appendPcapng(Bytes& out, const Record& record);

/// The IP packet that a record stands for. Addresses of two families are those of the destination's, with the
/// source unspecified.
Bytes toIpPacket(const Record& record);

} // namespace waymark::discv4::trace
