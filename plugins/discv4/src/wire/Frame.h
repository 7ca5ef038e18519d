#pragma once

#include "wire/Drop.h"
#include "wire/Message.h"
#include "wire/SenderRecovery.h"

#include <tl/expected.hpp>

namespace waymark::discv4::wire
{

template <class T>
using Decoded = tl::expected<T, Drop>;

/// hash[32] || signature[65] || type[1] || data
inline constexpr std::size_t hashSize = 32;
inline constexpr std::size_t headSize = hashSize + 65;
inline constexpr std::size_t minimumPacket = headSize + 1;
inline constexpr std::size_t maximumPacket = 1280;

/// One datagram, taken apart in stages so that what is cheap is checked first: parse() -> decode() ->
/// isExpired() -> (rates) -> recoverSender(). No stage throws, allocates, or reads outside the datagram.
class Frame
{
public:
    /// Size, hash, type. The frame borrows the datagram.
    static Decoded<Frame> parse(ByteView datagram) noexcept;

    const node::Hash256& hash() const noexcept { return _hash; }
    PacketType type() const noexcept { return _type; }
    /// The RLP behind the type.
    ByteView data() const noexcept { return _datagram.subspan(minimumPacket); }

    /// The packet data after EIP-8: versions, further list items and bytes behind the list are ignored.
    Decoded<Message> decode() const noexcept;

    /// The key that signed the packet: one recovery on the elliptic curve.
    Decoded<node::PublicKey> recoverSender(const SenderRecovery& recovery = curveRecovery()) const noexcept;

private:
    explicit Frame(ByteView datagram) noexcept : _datagram(datagram) {}

    ByteView _datagram;
    node::Hash256 _hash{};
    PacketType _type = PacketType::ping;
};

/// True when a message's time is over at `now` (seconds since 1970), without grace. Values from 2^63 on are
/// over as well: an unsigned comparison alone would let them live forever. ENRResponse has no expiration.
bool isExpired(const Message& message, std::uint64_t now) noexcept;

} // namespace waymark::discv4::wire
