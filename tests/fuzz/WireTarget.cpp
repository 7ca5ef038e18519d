#include "Choices.h"
#include "Fuzzing.h"
#include "wire/Encode.h"
#include "wire/Frame.h"

#include <waymark/testkit/TestKeys.h>

/// discv4's datagrams. Nobody guesses a hash, so the first byte says whether the right one is put before the
/// rest.
namespace waymark::fuzz
{

namespace
{

using namespace discv4::wire;

constexpr Byte withRightHash = 1;
constexpr Byte withSender = 2;

const Encoder& encoder()
{
    static const node::SecretKey key = testkit::testKey(1);
    static const Encoder made([](const node::Hash256& digest) { return key.sign(digest); });
    return made;
}

Bytes sealed(ByteView behindHash)
{
    const auto hash = node::keccak256(behindHash);
    Bytes datagram(hash.begin(), hash.end());
    datagram.insert(datagram.end(), behindHash.begin(), behindHash.end());
    return datagram;
}

Bytes encoded(const Message& message)
{
    const auto packet = std::visit(
        [](const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Neighbors>)
                return encoder().encode(value.nodes().first(std::min(value.size, Neighbors::maximumSent)),
                                        value.expiration);
            else
                return encoder().encode(value);
        },
        message);
    return {packet.bytes.begin(), packet.bytes.end()};
}

Message decoded(ByteView datagram)
{
    const auto frame = Frame::parse(datagram);
    require(frame.has_value(), "what is sent is a packet");
    const auto message = frame->decode();
    require(message.has_value(), "what is sent can be decoded");
    return *message;
}

/// Versions, items and bytes that somebody adds later change nothing of what is read (EIP-8).
void requireForwardCompatible(ByteView datagram, const Message& message)
{
    Bytes longer(datagram.begin() + hashSize, datagram.end());
    longer.push_back(0xc1);
    longer.push_back(0xff);
    longer = sealed(longer);
    if (longer.size() <= maximumPacket)
        require(encoded(decoded(longer)) == encoded(message), "bytes behind the list change nothing");
}

void look(ByteView datagram, const Message& message)
{
    const auto now = std::uint64_t{2'000'000'000};
    require(isExpired(message, now) || !isExpired(message, now - 1), "what is in time now was so before");
    const Bytes sent = encoded(message);
    if (sent.size() <= maximumPacket)
        require(encoded(decoded(sent)) == sent, "what was read is sent as it was");
    requireForwardCompatible(datagram, message);
}

} // namespace

void run(ByteView input)
{
    Choices choices(input);
    const Byte mode = choices.byte();
    const ByteView rest = choices.rest();
    const Bytes datagram = (mode & withRightHash) != 0 ? sealed(rest) : Bytes(rest.begin(), rest.end());
    const auto frame = Frame::parse(datagram);
    const bool hasSize = datagram.size() >= minimumPacket && datagram.size() <= maximumPacket;
    if (!frame) {
        require(!hasSize || frame.error() != Drop::tooShort, "a packet of the least size is no shorter");
        require((mode & withRightHash) == 0 || frame.error() != Drop::badHash,
                "a right hash is no wrong one");
        return;
    }
    require(hasSize, "a packet has 98 to 1280 bytes");
    if ((mode & withSender) != 0)
        if (const auto sender = frame->recoverSender())
            require(sender->isOnCurve(), "a key that signed is on the curve");
    if (const auto message = frame->decode())
        look(datagram, *message);
}

namespace
{

Seed packetSeed(std::string name, const Message& message, std::string_view behind = {})
{
    const Bytes datagram = encoded(message);
    Bytes bytes{withRightHash | withSender};
    bytes.insert(bytes.end(), datagram.begin() + hashSize, datagram.end());
    bytes.insert(bytes.end(), behind.begin(), behind.end());
    return {std::move(name), std::move(bytes)};
}

} // namespace

std::vector<Seed> seeds()
{
    const auto key = testkit::testKey(2).publicKey();
    const std::uint64_t soon = 2'000'000'020;
    const node::NodeEndpoint v4{node::IpAddress::v4(127, 0, 0, 1), 30303, 80};
    const node::NodeEndpoint v6{node::IpAddress::parse("2001:db8::1").value(), 30303, 0};
    Neighbors many;
    many.expiration = soon;
    many.size = Neighbors::maximumSent;
    for (std::size_t i = 0; i < many.size; ++i)
        many.storage[i] = {key, i % 2 == 0 ? v4 : v6};
    Neighbors none;
    none.expiration = soon;
    const Bytes record = fromHex("c3018201f4").value();
    Seed wrongHash = packetSeed("wrong-hash", EnrRequest{soon});
    wrongHash.bytes.front() = withSender;
    wrongHash.bytes.insert(wrongHash.bytes.begin() + 1, hashSize, Byte{0x11});
    return {
        packetSeed("ping", Ping{v4, v6, soon, 7}),
        packetSeed("ping-without-seq", Ping{v4, v4, soon, {}}),
        packetSeed("ping-from-nowhere", Ping{{}, v4, ~std::uint64_t{0}, {}}),
        packetSeed("ping-and-more", Ping{v4, v4, soon, {}}, "and more"),
        packetSeed("pong", Pong{v6, {}, soon, 1}),
        packetSeed("findnode", FindNode{key, soon}),
        packetSeed("neighbors", many),
        packetSeed("neighbors-none", none),
        packetSeed("enrrequest", EnrRequest{0}),
        packetSeed("enrresponse", EnrResponse{{}, record}),
        wrongHash,
    };
}

} // namespace waymark::fuzz
