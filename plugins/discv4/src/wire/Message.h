#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Keccak.h>
#include <waymark/node/Key.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

/// The six messages of discv4 (devp2p, discv4.md, "Wire Protocol") as values. Expirations are seconds since
/// 1970.
namespace waymark::discv4::wire
{

enum class PacketType : std::uint8_t
{
    ping = 1,
    pong = 2,
    findNode = 3,
    neighbors = 4,
    enrRequest = 5,
    enrResponse = 6
};

inline constexpr std::size_t packetTypeCount = 6;

/// The label value, such as "findnode". Static storage.
std::string_view toString(PacketType type) noexcept;

/// What the sender says of the two ends is information only: the true ones are on the envelope.
struct Ping
{
    node::NodeEndpoint from;
    node::NodeEndpoint to;
    std::uint64_t expiration = 0;
    std::optional<std::uint64_t> enrSeq; ///< EIP-868
};

struct Pong
{
    node::NodeEndpoint to;
    node::Hash256 pingHash{};
    std::uint64_t expiration = 0;
    std::optional<std::uint64_t> enrSeq; ///< EIP-868
};

struct FindNode
{
    node::PublicKey target; ///< any 64 bytes; need not lie on the curve
    std::uint64_t expiration = 0;
};

/// A node as NEIGHBORS tells it. After decoding the key may be off the curve: whoever uses it checks.
struct Neighbor
{
    node::PublicKey key;
    node::NodeEndpoint endpoint;

    friend bool operator==(const Neighbor&, const Neighbor&) = default;
};

struct Neighbors
{
    /// What is sent in one datagram: 12 of the largest fit 1280 bytes.
    static constexpr std::size_t maximumSent = 12;
    /// What is read of one datagram: k. More than that is not looked at.
    static constexpr std::size_t maximumRead = 16;

    std::array<Neighbor, maximumRead> storage{};
    std::size_t size = 0;
    std::uint64_t expiration = 0;

    std::span<const Neighbor> nodes() const noexcept { return {storage.data(), size}; }
};

/// EIP-868
struct EnrRequest
{
    std::uint64_t expiration = 0;
};

/// EIP-868. It never expires.
struct EnrResponse
{
    node::Hash256 requestHash{};
    ByteView record; ///< one RLP item, not yet looked into; borrowed from the datagram
};

/// In the order of PacketType.
using Message = std::variant<Ping, Pong, FindNode, Neighbors, EnrRequest, EnrResponse>;

inline PacketType typeOf(const Message& message) noexcept
{
    return static_cast<PacketType>(message.index() + 1);
}

} // namespace waymark::discv4::wire
