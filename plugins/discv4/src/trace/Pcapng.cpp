#include "trace/Pcapng.h"

#include <algorithm>

namespace waymark::discv4::trace
{

namespace
{

constexpr std::uint32_t sectionHeaderBlock = 0x0a0d0d0a;
constexpr std::uint32_t interfaceBlock = 1;
constexpr std::uint32_t packetBlock = 6;
constexpr std::uint32_t byteOrderMagic = 0x1a2b3c4d;
constexpr std::uint16_t linkTypeRaw = 101;
constexpr Byte nanoseconds = 9;

constexpr std::uint16_t optionEnd = 0;
constexpr std::uint16_t optionComment = 1;
constexpr std::uint16_t sectionApplication = 4;
constexpr std::uint16_t interfaceName = 2;
constexpr std::uint16_t interfaceResolution = 9;
constexpr std::uint16_t packetFlags = 2;
constexpr std::uint16_t packetDropCount = 4;

constexpr std::size_t udpHeader = 8;
constexpr std::size_t ipv4Header = 20;
constexpr std::size_t ipv6Header = 40;
constexpr Byte protocolUdp = 17;
constexpr Byte hopLimit = 64;

template <class Number>
void putLittle(Bytes& out, Number number)
{
    for (std::size_t i = 0; i < sizeof number; ++i)
        out.push_back(static_cast<Byte>(number >> (8 * i)));
}

void putBig16(Bytes& out, std::size_t number)
{
    out.push_back(static_cast<Byte>(number >> 8U));
    out.push_back(static_cast<Byte>(number));
}

void setBig16(Bytes& bytes, std::size_t at, std::uint16_t number)
{
    bytes[at] = static_cast<Byte>(number >> 8U);
    bytes[at + 1] = static_cast<Byte>(number);
}

void put(Bytes& out, ByteView bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void pad(Bytes& out)
{
    while (out.size() % 4 != 0)
        out.push_back(0);
}

void putOption(Bytes& out, std::uint16_t code, ByteView value)
{
    putLittle(out, code);
    putLittle(out, static_cast<std::uint16_t>(value.size()));
    put(out, value);
    pad(out);
}

template <class Number>
void putNumberOption(Bytes& out, std::uint16_t code, Number number)
{
    Bytes value;
    putLittle(value, number);
    putOption(out, code, value);
}

void putBlock(Bytes& out, std::uint32_t type, const Bytes& body)
{
    const auto length = static_cast<std::uint32_t>(body.size() + 12);
    putLittle(out, type);
    putLittle(out, length);
    put(out, body);
    putLittle(out, length);
}

/// RFC 1071.
std::uint16_t checksum(ByteView first, ByteView second = {})
{
    std::uint32_t sum = 0;
    for (const ByteView part : {first, second})
        for (std::size_t i = 0; i < part.size(); ++i)
            sum += i % 2 == 0 ? static_cast<std::uint32_t>(part[i]) << 8U : part[i];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

/// The source as an address of the destination's family.
node::IpAddress sourceOf(const Record& record)
{
    if (record.source.ip.family() == record.destination.ip.family())
        return record.source.ip;
    return record.destination.ip.isV4() ? node::IpAddress() : node::IpAddress::anyV6();
}

void putIpv4(Bytes& out, const node::IpAddress& source, const node::IpAddress& destination, std::size_t size)
{
    put(out, Bytes{0x45, 0});
    putBig16(out, ipv4Header + size);
    put(out, Bytes{0, 0, 0x40, 0, hopLimit, protocolUdp, 0, 0});
    put(out, source.bytes());
    put(out, destination.bytes());
    setBig16(out, 10, checksum(out));
}

void putIpv6(Bytes& out, const node::IpAddress& source, const node::IpAddress& destination, std::size_t size)
{
    put(out, Bytes{0x60, 0, 0, 0});
    putBig16(out, size);
    put(out, Bytes{protocolUdp, hopLimit});
    put(out, source.bytes());
    put(out, destination.bytes());
}

} // namespace

Bytes toIpPacket(const Record& record)
{
    const node::IpAddress source = sourceOf(record);
    const node::IpAddress& destination = record.destination.ip;
    const std::size_t size = udpHeader + record.payload.size();

    Bytes datagram;
    putBig16(datagram, record.source.port);
    putBig16(datagram, record.destination.port);
    putBig16(datagram, size);
    putBig16(datagram, 0);
    put(datagram, record.payload);
    Bytes pseudo;
    put(pseudo, source.bytes());
    put(pseudo, destination.bytes());
    putBig16(pseudo, protocolUdp);
    putBig16(pseudo, size);
    const std::uint16_t sum = checksum(pseudo, datagram);
    setBig16(datagram, 6, sum == 0 ? 0xffff : sum); // 0 would say that there is none

    Bytes packet;
    packet.reserve(ipv6Header + size);
    if (destination.isV4())
        putIpv4(packet, source, destination, size);
    else
        putIpv6(packet, source, destination, size);
    put(packet, datagram);
    return packet;
}

Bytes pcapngHeader(std::string_view interface)
{
    Bytes section;
    putLittle(section, byteOrderMagic);
    putLittle(section, std::uint16_t{1});
    putLittle(section, std::uint16_t{0});
    putLittle(section, ~std::uint64_t{0}); // the section's length is not known
    putOption(section, sectionApplication, asBytes("waymark"));
    putOption(section, optionEnd, {});
    Bytes description;
    putLittle(description, linkTypeRaw);
    putLittle(description, std::uint16_t{0});
    putLittle(description, std::uint32_t{0}); // packets are whole
    putOption(description, interfaceName, asBytes(interface));
    putNumberOption(description, interfaceResolution, nanoseconds);
    putOption(description, optionEnd, {});
    Bytes out;
    putBlock(out, sectionHeaderBlock, section);
    putBlock(out, interfaceBlock, description);
    return out;
}

void appendPcapng(Bytes& out, const Record& record)
{
    const Bytes packet = toIpPacket(record);
    const auto size = static_cast<std::uint32_t>(packet.size());
    const auto time =
        static_cast<std::uint64_t>(std::max<Duration::rep>(record.time.time_since_epoch().count(), 0));
    Bytes body;
    body.reserve(packet.size() + record.comment.size() + 64);
    putLittle(body, std::uint32_t{0});
    putLittle(body, static_cast<std::uint32_t>(time >> 32U));
    putLittle(body, static_cast<std::uint32_t>(time));
    putLittle(body, size);
    putLittle(body, size);
    put(body, packet);
    pad(body);
    if (!record.comment.empty())
        putOption(body, optionComment, asBytes(record.comment));
    putNumberOption(body, packetFlags, static_cast<std::uint32_t>(record.direction));
    if (record.lost > 0)
        putNumberOption(body, packetDropCount, record.lost);
    putOption(body, optionEnd, {});
    putBlock(out, packetBlock, body);
}

} // namespace waymark::discv4::trace
