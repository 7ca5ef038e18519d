#include "discv4/Flood.h"

#include "commands/load/Loopback.h"
#include "commands/load/Schedule.h"
#include "wire/Encode.h"
#include "wire/Frame.h"

#include <waymark/base/Random.h>
#include <waymark/node/Key.h>

#include <algorithm>

namespace waymark::bench
{

namespace
{

using discv4::wire::hashSize;

constexpr std::size_t firstAddress = 128U << 8U; ///< askers and registered peers are below
constexpr std::size_t leastPackets = 4'096;      ///< of each kind
constexpr std::uint64_t batch = 64;

void rehash(Bytes& packet)
{
    const auto hash = node::keccak256(ByteView(packet).subspan(hashSize));
    std::ranges::copy(hash, packet.begin());
}

/// Half of all r are no point's, which takes the curve to see; the others make a key that nobody has, and the
/// packet that of a stranger.
void spoilSignature(Bytes& packet, Random& random)
{
    constexpr std::size_t numbers = 64; // r and s
    do {
        random.fill(std::span(packet).subspan(hashSize, numbers));
        rehash(packet);
    } while (discv4::wire::Frame::parse(packet)->recoverSender());
}

Bytes packetOf(Garbage garbage, const node::Endpoint& from, const node::Endpoint& to,
               std::uint64_t expiration, Random& random)
{
    const auto key = node::SecretKey::generate(random);
    const discv4::wire::Encoder encoder([&key](const node::Hash256& digest) { return key.sign(digest); });
    const bool isExpired = garbage == Garbage::expired;
    constexpr std::uint64_t longAgo = 1'500'000'000;
    ByteView made;
    if (garbage == Garbage::unproven)
        made = encoder.encode(discv4::wire::FindNode{key.publicKey(), expiration}).bytes;
    else
        made = encoder
                   .encode(discv4::wire::Ping{{from.ip, from.port, from.port},
                                              {to.ip, to.port, 0},
                                              isExpired ? longAgo : expiration,
                                              {}})
                   .bytes;
    Bytes bytes(made.begin(), made.end());
    if (garbage == Garbage::randomBytes)
        random.fill(bytes);
    if (garbage == Garbage::badHash)
        bytes.front() ^= 1U;
    if (garbage == Garbage::badSignature)
        spoilSignature(bytes, random);
    return bytes;
}

} // namespace

std::string_view toString(Garbage garbage) noexcept
{
    switch (garbage) {
    case Garbage::randomBytes:
        return "random bytes";
    case Garbage::badHash:
        return "bad hash";
    case Garbage::badSignature:
        return "bad signature";
    case Garbage::expired:
        return "expired";
    case Garbage::unproven:
        return "unproven FINDNODE";
    case Garbage::stranger:
        break;
    }
    return "strangers' PING";
}

Flood::Flood(const node::Endpoint& target, const std::vector<Garbage>& kinds, const Source& source,
             std::uint64_t expiration)
    : _target(target)
{
    SystemRandom random;
    const std::size_t count = std::max(leastPackets, source.count) * kinds.size();
    for (std::size_t i = 0; i < count; ++i) {
        const node::Endpoint from{
            discv4::load::loopbackAddress(firstAddress + source.first + i / kinds.size() % source.count),
            _socket.port()};
        _packets.push_back({from.ip, packetOf(kinds[i % kinds.size()], from, target, expiration, random)});
    }
}

void Flood::start(MonotonicTime now, std::uint64_t rate)
{
    _begun = now;
    _rate = rate;
    _sent = 0;
}

void Flood::pump(MonotonicTime now)
{
    for (std::uint64_t i = 0; i < batch; ++i) {
        if (_rate > 0 && _begun + discv4::load::dueAfter(_sent, _rate) > now)
            break;
        const Packet& packet = _packets[_sent++ % _packets.size()];
        _socket.queue(packet.from, _target, packet.bytes);
    }
    _socket.flush();
    // What the node answers is looked at by nobody; the buffer overflows, and that costs nobody anything.
}

} // namespace waymark::bench
