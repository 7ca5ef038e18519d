#include "wire/Frame.h"

#include "wire/RlpCursor.h"

#include <algorithm>
#include <limits>

namespace waymark::discv4::wire
{

namespace
{

/// Any number of bytes up to 2 significant ones: the JavaScript client pads ports.
std::optional<std::uint16_t> readPort(RlpCursor& cursor) noexcept
{
    const auto port = cursor.paddedInteger();
    if (!port || *port > std::numeric_limits<std::uint16_t>::max())
        return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

/// 4 or 16 bytes; an empty address stands for an unknown one.
std::optional<node::IpAddress> readAddress(RlpCursor& cursor) noexcept
{
    const auto bytes = cursor.string();
    if (!bytes)
        return std::nullopt;
    if (bytes->empty())
        return node::IpAddress();
    if (bytes->size() != 4 && bytes->size() != 16)
        return std::nullopt;
    return *node::IpAddress::fromBytes(*bytes);
}

/// ip, udp, tcp: the items that an endpoint and the head of a neighbour share.
std::optional<node::NodeEndpoint> readPlace(RlpCursor& cursor) noexcept
{
    const auto ip = readAddress(cursor);
    const auto udp = ip ? readPort(cursor) : std::nullopt;
    const auto tcp = udp ? readPort(cursor) : std::nullopt;
    if (!tcp)
        return std::nullopt;
    return node::NodeEndpoint{*ip, *udp, *tcp};
}

std::optional<node::NodeEndpoint> readEndpoint(RlpCursor& cursor) noexcept
{
    auto items = cursor.list();
    return items ? readPlace(*items) : std::nullopt;
}

std::optional<node::Hash256> readHash(RlpCursor& cursor) noexcept
{
    const auto bytes = cursor.string();
    node::Hash256 hash{};
    if (!bytes || bytes->size() != hash.size())
        return std::nullopt;
    std::ranges::copy(*bytes, hash.begin());
    return hash;
}

std::optional<node::PublicKey> readKey(RlpCursor& cursor) noexcept
{
    const auto bytes = cursor.string();
    FixedBytes<node::PublicKey::size> key{};
    if (!bytes || bytes->size() != key.size())
        return std::nullopt;
    std::ranges::copy(*bytes, key.begin());
    return node::PublicKey(key);
}

Decoded<Message> malformed() noexcept
{
    return tl::unexpected(Drop::malformed);
}

Decoded<Message> decodePing(RlpCursor& items) noexcept
{
    if (!items.raw()) // the version: any
        return malformed();
    const auto from = readEndpoint(items);
    const auto to = from ? readEndpoint(items) : std::nullopt;
    const auto expiration = to ? items.integer() : std::nullopt;
    if (!expiration)
        return malformed();
    return Ping{*from, *to, *expiration, items.integer()};
}

Decoded<Message> decodePong(RlpCursor& items) noexcept
{
    const auto to = readEndpoint(items);
    const auto hash = to ? readHash(items) : std::nullopt;
    const auto expiration = hash ? items.integer() : std::nullopt;
    if (!expiration)
        return malformed();
    return Pong{*to, *hash, *expiration, items.integer()};
}

Decoded<Message> decodeFindNode(RlpCursor& items) noexcept
{
    const auto target = readKey(items);
    const auto expiration = target ? items.integer() : std::nullopt;
    if (!expiration)
        return malformed();
    return FindNode{*target, *expiration};
}

Decoded<Message> decodeNeighbors(RlpCursor& items) noexcept
{
    auto list = items.list();
    const auto expiration = list ? items.integer() : std::nullopt;
    if (!expiration)
        return malformed();
    Neighbors neighbors;
    // One node that makes no sense takes nothing from the others.
    neighbors.expiration = *expiration;
    while (!list->atEnd() && neighbors.size < Neighbors::maximumRead) {
        auto item = list->list();
        const auto place = item ? readPlace(*item) : std::nullopt;
        const auto key = place ? readKey(*item) : std::nullopt;
        if (!item)
            return malformed();
        if (key)
            neighbors.storage[neighbors.size++] = {*key, *place};
    }
    return neighbors;
}

Decoded<Message> decodeEnrRequest(RlpCursor& items) noexcept
{
    const auto expiration = items.integer();
    if (!expiration)
        return malformed();
    return EnrRequest{*expiration};
}

Decoded<Message> decodeEnrResponse(RlpCursor& items) noexcept
{
    const auto hash = readHash(items);
    const auto record = hash ? items.raw() : std::nullopt;
    if (!record)
        return malformed();
    return EnrResponse{*hash, *record};
}

} // namespace

Decoded<Frame> Frame::parse(ByteView datagram) noexcept
{
    if (datagram.size() < minimumPacket)
        return tl::unexpected(Drop::tooShort);
    if (datagram.size() > maximumPacket)
        return tl::unexpected(Drop::tooLong);
    Frame frame(datagram);
    frame._hash = node::keccak256(datagram.subspan(hashSize));
    if (!std::ranges::equal(frame._hash, datagram.first(hashSize)))
        return tl::unexpected(Drop::badHash);
    const Byte type = datagram[headSize];
    if (type < 1 || type > packetTypeCount)
        return tl::unexpected(Drop::unknownType);
    frame._type = static_cast<PacketType>(type);
    return frame;
}

Decoded<Message> Frame::decode() const noexcept
{
    RlpCursor outer(data());
    auto items = outer.list();
    if (!items)
        return malformed();
    switch (_type) {
    case PacketType::ping:
        return decodePing(*items);
    case PacketType::pong:
        return decodePong(*items);
    case PacketType::findNode:
        return decodeFindNode(*items);
    case PacketType::neighbors:
        return decodeNeighbors(*items);
    case PacketType::enrRequest:
        return decodeEnrRequest(*items);
    case PacketType::enrResponse:
        return decodeEnrResponse(*items);
    }
    return tl::unexpected(Drop::unknownType);
}

Decoded<node::PublicKey> Frame::recoverSender(const SenderRecovery& recovery) const noexcept
{
    node::RecoverableSignature signature{};
    std::ranges::copy(_datagram.subspan(hashSize, signature.size()), signature.begin());
    return recovery.sender(signature, _datagram.subspan(headSize));
}

bool isExpired(const Message& message, std::uint64_t now) noexcept
{
    const auto* const response = std::get_if<EnrResponse>(&message);
    if (response)
        return false;
    const std::uint64_t expiration = std::visit(
        [](const auto& typed) -> std::uint64_t {
            if constexpr (requires { typed.expiration; })
                return typed.expiration;
            else
                return 0;
        },
        message);
    return expiration < now || expiration > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
}

} // namespace waymark::discv4::wire
