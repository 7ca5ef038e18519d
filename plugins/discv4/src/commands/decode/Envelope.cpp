#include "commands/decode/Envelope.h"

#include "commands/decode/Numbers.h"

#include <algorithm>

namespace waymark::discv4::decode
{

namespace
{

using Opened = tl::expected<UdpDatagram, NoDatagram>;

// LINKTYPE_ values of tcpdump.org.
constexpr std::uint32_t linkNull = 0;
constexpr std::uint32_t linkEthernet = 1;
constexpr std::uint32_t linkRawOfOpenBsd = 14;
constexpr std::uint32_t linkRawOfBsd = 12;
constexpr std::uint32_t linkRaw = 101;
constexpr std::uint32_t linkLoop = 108;
constexpr std::uint32_t linkCooked = 113;
constexpr std::uint32_t linkIpv4 = 228;
constexpr std::uint32_t linkIpv6 = 229;
constexpr std::uint32_t linkCooked2 = 276;

constexpr std::uint16_t etherIpv4 = 0x0800;
constexpr std::uint16_t etherIpv6 = 0x86dd;
constexpr std::uint16_t etherVlan = 0x8100;
constexpr std::uint16_t etherServiceVlan = 0x88a8;
constexpr std::size_t vlanTag = 4;

constexpr Byte protocolHopByHop = 0;
constexpr Byte protocolUdp = 17;
constexpr Byte protocolRouting = 43;
constexpr Byte protocolFragment = 44;
constexpr Byte protocolDestination = 60;
constexpr std::size_t udpHeader = 8;

std::uint16_t big16(ByteView bytes, std::size_t at) noexcept
{
    return number16(bytes, at, ByteOrder::big);
}

tl::unexpected<NoDatagram> other(std::size_t offset, std::string why)
{
    return tl::unexpected(NoDatagram{false, offset, std::move(why)});
}

tl::unexpected<NoDatagram> damaged(std::size_t offset, std::string why)
{
    return tl::unexpected(NoDatagram{true, offset, std::move(why)});
}

tl::unexpected<NoDatagram> endsWithin(ByteView frame, const std::string& what)
{
    return damaged(frame.size(), "the frame ends within " + what);
}

Opened openUdp(ByteView frame, std::size_t at, std::size_t end, UdpDatagram made)
{
    if (end - at < udpHeader)
        return endsWithin(frame, "the UDP header");
    made.source.port = big16(frame, at);
    made.destination.port = big16(frame, at + 2);
    const std::size_t length = big16(frame, at + 4);
    if (length < udpHeader)
        return damaged(at + 4,
                       "a UDP datagram of " + std::to_string(length) + " bytes; its header alone has 8");
    const std::size_t there = std::min(length, end - at);
    made.missing = length - there;
    made.offset = at + udpHeader;
    made.payload = frame.subspan(made.offset, there - udpHeader);
    return made;
}

Opened openIpv4(ByteView frame, std::size_t at)
{
    constexpr std::size_t least = 20;
    if (frame.size() - at < least)
        return endsWithin(frame, "the IPv4 header");
    const std::size_t header = (frame[at] & 0x0fU) * std::size_t{4};
    const std::size_t total = big16(frame, at + 2);
    if (frame[at] >> 4U != 4 || header < least)
        return damaged(at, "no IPv4 header begins with 0x" + toHex(frame.subspan(at, 1)));
    if (frame.size() - at < header)
        return endsWithin(frame, "the IPv4 header");
    constexpr std::uint16_t fragmentBits = 0x3fff; // more fragments, and where this one belongs
    if ((big16(frame, at + 6) & fragmentBits) != 0)
        return other(at + 6, "an IPv4 fragment; they are not put together");
    if (frame[at + 9] != protocolUdp)
        return other(at + 9, "IP protocol " + std::to_string(frame[at + 9]) + ", not UDP");
    UdpDatagram made;
    made.source.ip = *node::IpAddress::fromBytes(frame.subspan(at + 12, 4));
    made.destination.ip = *node::IpAddress::fromBytes(frame.subspan(at + 16, 4));
    // 0 where the network card was to fill it in; short frames are padded behind the packet.
    const std::size_t end = total < header ? frame.size() : std::min(frame.size(), at + total);
    return openUdp(frame, at + header, end, made);
}

Opened openIpv6(ByteView frame, std::size_t at)
{
    constexpr std::size_t header = 40;
    if (frame.size() - at < header)
        return endsWithin(frame, "the IPv6 header");
    if (frame[at] >> 4U != 6)
        return damaged(at, "no IPv6 header begins with 0x" + toHex(frame.subspan(at, 1)));
    UdpDatagram made;
    made.source.ip = *node::IpAddress::fromBytes(frame.subspan(at + 8, 16));
    made.destination.ip = *node::IpAddress::fromBytes(frame.subspan(at + 24, 16));
    const std::size_t total = big16(frame, at + 4);
    const std::size_t end = total == 0 ? frame.size() : std::min(frame.size(), at + header + total);
    Byte protocol = frame[at + 6];
    std::size_t place = at + header;
    while (protocol == protocolHopByHop || protocol == protocolRouting || protocol == protocolDestination) {
        if (end < place + 8)
            return endsWithin(frame, "an IPv6 extension header");
        protocol = frame[place];
        place += (std::size_t{frame[place + 1]} + 1) * 8;
    }
    if (protocol == protocolFragment)
        return other(place, "an IPv6 fragment; they are not put together");
    if (protocol != protocolUdp)
        return other(place, "IP protocol " + std::to_string(protocol) + ", not UDP");
    if (place > end)
        return endsWithin(frame, "an IPv6 extension header");
    return openUdp(frame, place, end, made);
}

Opened openIp(ByteView frame, std::size_t at)
{
    if (frame.size() <= at)
        return endsWithin(frame, "the link's header");
    const unsigned version = frame[at] >> 4U;
    if (version == 4)
        return openIpv4(frame, at);
    if (version == 6)
        return openIpv6(frame, at);
    return damaged(at, "0x" + toHex(frame.subspan(at, 1)) + " begins neither an IPv4 nor an IPv6 header");
}

/// Behind the header of a link that says by an EtherType at `typeAt` what follows at `at`.
Opened openByType(ByteView frame, std::size_t typeAt, std::size_t at)
{
    if (frame.size() < std::max(typeAt + 2, at))
        return endsWithin(frame, "the link's header");
    std::uint16_t type = big16(frame, typeAt);
    while (type == etherVlan || type == etherServiceVlan) {
        if (frame.size() < at + vlanTag)
            return endsWithin(frame, "a VLAN tag");
        typeAt = at + 2;
        at += vlanTag;
        type = big16(frame, typeAt);
    }
    if (type == etherIpv4)
        return openIpv4(frame, at);
    if (type == etherIpv6)
        return openIpv6(frame, at);
    return other(typeAt, "EtherType 0x" + toHex(frame.subspan(typeAt, 2)) + ", not IP");
}

} // namespace

tl::expected<UdpDatagram, NoDatagram> openEnvelope(std::uint32_t linkType, ByteView frame)
{
    switch (linkType) {
    case linkEthernet:
        return openByType(frame, 12, 14);
    case linkCooked:
        return openByType(frame, 14, 16);
    case linkCooked2:
        return openByType(frame, 0, 20);
    case linkRaw:
    case linkRawOfBsd:
    case linkRawOfOpenBsd:
    case linkIpv4:
    case linkIpv6:
        return openIp(frame, 0);
    case linkNull:
    case linkLoop:
        return openIp(frame, 4); // the family before it is numbered differently by each system
    default:
        return other(0, "link type " + std::to_string(linkType) +
                            "; Ethernet, Linux cooked, raw IP and BSD loopback are understood");
    }
}

} // namespace waymark::discv4::decode
