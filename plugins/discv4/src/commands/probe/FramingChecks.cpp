#include "commands/probe/Check.h"
#include "commands/probe/Session.h"

#include <algorithm>
#include <array>
#include <utility>

namespace waymark::discv4::probe
{

namespace
{

constexpr const char* wireSection = "discv4, Wire Protocol";
constexpr const char* eip8 = "EIP-8";
constexpr Byte pingType = static_cast<Byte>(wire::PacketType::ping);

Session::Make goodPing(Party& party)
{
    return [&] {
        return party.packetOf(party.goodPing());
    };
}

/// With a right hash again.
Bytes rehashed(Bytes packet)
{
    const auto hash = node::keccak256(ByteView(packet).subspan(wire::hashSize));
    std::ranges::copy(hash, packet.begin());
    return packet;
}

Finding badHash(Session& session)
{
    const auto party = session.stranger();
    return session.mustBeSilent(*party, [&] {
        Bytes packet = goodPing(*party)();
        packet.front() ^= 1U;
        return packet;
    });
}

/// Bytes that no key can have made: another recovery id, or r = s = 0.
Finding badSignature(Session& session)
{
    const auto party = session.stranger();
    bool isSecond = false;
    return session.mustBeSilent(*party, [&] {
        Bytes packet = goodPing(*party)();
        if (std::exchange(isSecond, true))
            std::fill(packet.begin() + wire::hashSize, packet.begin() + wire::headSize, Byte{0});
        else
            packet[wire::headSize - 1] = 4;
        return rehashed(std::move(packet));
    });
}

/// The content of a PING with one more item in its list and bytes behind it.
Bytes withMore(Bytes data)
{
    constexpr std::array<Byte, 4> item{0x83, 'x', 'y', 'z'};
    data.front() = static_cast<Byte>(data.front() + item.size()); // PINGs are short lists
    data.insert(data.end(), item.begin(), item.end());
    return data;
}

Finding otherVersion(Session& session)
{
    const auto party = session.stranger();
    return session.mustAnswer(*party, [&] {
        Bytes data = party->dataOf(party->goodPing());
        data[1] = 99; // was 4, one byte
        return party->sealed(pingType, data);
    });
}

Finding furtherItems(Session& session)
{
    const auto party = session.stranger();
    return session.mustAnswer(
        *party, [&] { return party->sealed(pingType, withMore(party->dataOf(party->goodPing()))); });
}

Finding bytesBehind(Session& session)
{
    const auto party = session.stranger();
    return session.mustAnswer(*party, [&] {
        Bytes data = party->dataOf(party->goodPing());
        data.insert(data.end(), {0xde, 0xad, 0xbe, 0xef});
        return party->sealed(pingType, data);
    });
}

Finding largest(Session& session)
{
    const auto party = session.stranger();
    return session.mustAnswer(*party, [&] {
        Bytes data = party->dataOf(party->goodPing());
        data.resize(wire::maximumPacket - wire::minimumPacket);
        return party->sealed(pingType, data);
    });
}

Finding oversize(Session& session)
{
    const auto party = session.stranger();
    return session.mustBeSilent(*party, [&] {
        Bytes data = party->dataOf(party->goodPing());
        data.resize(wire::maximumPacket - wire::minimumPacket + 1);
        return party->sealed(pingType, data);
    });
}

/// First as the network would cut it, then with a right hash over what is left.
Finding truncated(Session& session)
{
    const auto party = session.stranger();
    bool isSecond = false;
    return session.mustBeSilent(*party, [&] {
        if (std::exchange(isSecond, true)) {
            Bytes data = party->dataOf(party->goodPing());
            data.resize(data.size() / 2);
            return party->sealed(pingType, data);
        }
        Bytes packet = goodPing(*party)();
        packet.resize(packet.size() - 5);
        return packet;
    });
}

Finding tooShort(Session& session)
{
    const auto party = session.stranger();
    std::size_t size = wire::headSize;
    return session.mustBeSilent(*party, [&] {
        Bytes packet = goodPing(*party)();
        packet.resize(std::exchange(size, 0)); // 97 bytes, then an empty datagram
        return packet;
    });
}

Finding unknownType(Session& session)
{
    const auto party = session.stranger();
    Byte type = 0;
    return session.mustBeSilent(*party, [&] {
        return party->sealed(std::exchange(type, Byte{0xff}), party->dataOf(party->goodPing()));
    });
}

/// A string where the list should be, then a list of nothing.
Finding noList(Session& session)
{
    const auto party = session.stranger();
    bool isSecond = false;
    return session.mustBeSilent(*party, [&] {
        return party->sealed(pingType, std::exchange(isSecond, true) ? Bytes{0xc0} : Bytes{0x83, 1, 2, 3});
    });
}

} // namespace

std::vector<Check> framingChecks()
{
    return {
        {"framing.bad-hash", wireSection,
         "The hash covers the rest of the packet; what it does not cover is no packet.", badHash},
        {"framing.bad-signature", wireSection,
         "Every packet is signed by the node's key; what has no signer has no sender.", badSignature},
        {"framing.eip8-version", eip8, "Implementations should ignore any mismatches in version.",
         otherVersion},
        {"framing.eip8-items", eip8,
         "Implementations should ignore any additional elements in the packet-data list.", furtherItems},
        {"framing.eip8-behind", eip8, "Implementations should ignore any extra data after the list.",
         bytesBehind},
        {"framing.largest", wireSection, "The maximum size of any packet is 1280 bytes.", largest},
        {"framing.oversize", wireSection, "The maximum size of any packet is 1280 bytes.", oversize},
        {"framing.truncated", wireSection, "What is not whole is no packet.", truncated},
        {"framing.too-short", wireSection, "Hash, signature and type take 98 bytes.", tooShort},
        {"framing.unknown-type", wireSection, "Types are 1 to 6; nodes must ignore others.", unknownType},
        {"framing.no-list", wireSection, "The packet data is a list, with the items of its type.", noList},
    };
}

} // namespace waymark::discv4::probe
