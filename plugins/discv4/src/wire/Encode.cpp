#include "wire/Encode.h"

#include "wire/Frame.h"

#include <waymark/base/ThreadBuffer.h>
#include <waymark/node/Rlp.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace waymark::discv4::wire
{

namespace
{

using node::rlp::Writer;

constexpr std::uint64_t protocolVersion = 4;

void writePlace(Writer& out, const node::NodeEndpoint& place)
{
    out.string(place.ip.bytes()).integer(place.udp).integer(place.tcp);
}

void writeEndpoint(Writer& out, const node::NodeEndpoint& endpoint)
{
    const auto mark = out.beginList();
    writePlace(out, endpoint);
    out.endList(mark);
}

/// This thread's buffer, with room for the head and the type in it.
Bytes& begin(PacketType type)
{
    Bytes& buffer = threadBuffer();
    buffer.reserve(maximumPacket);
    buffer.assign(headSize, 0);
    buffer.push_back(static_cast<Byte>(type));
    return buffer;
}

} // namespace

Encoder::Encoder(Signer signer) : _signer(std::move(signer)) {}

Encoder::Packet Encoder::seal(Bytes& buffer) const
{
    const std::span<Byte> whole(buffer);
    const auto signature = _signer(node::keccak256(whole.subspan(headSize)));
    std::ranges::copy(signature, whole.subspan(hashSize).begin());
    const auto hash = node::keccak256(whole.subspan(hashSize));
    std::ranges::copy(hash, whole.begin());
    return {whole, hash};
}

Encoder::Packet Encoder::encode(const Ping& ping) const
{
    Bytes& buffer = begin(PacketType::ping);
    Writer out(buffer);
    const auto mark = out.beginList();
    out.integer(protocolVersion);
    writeEndpoint(out, ping.from);
    writeEndpoint(out, ping.to);
    out.integer(ping.expiration);
    if (ping.enrSeq)
        out.integer(*ping.enrSeq);
    out.endList(mark);
    return seal(buffer);
}

Encoder::Packet Encoder::encode(const Pong& pong) const
{
    Bytes& buffer = begin(PacketType::pong);
    Writer out(buffer);
    const auto mark = out.beginList();
    writeEndpoint(out, pong.to);
    out.string(pong.pingHash).integer(pong.expiration);
    if (pong.enrSeq)
        out.integer(*pong.enrSeq);
    out.endList(mark);
    return seal(buffer);
}

Encoder::Packet Encoder::encode(const FindNode& question) const
{
    Bytes& buffer = begin(PacketType::findNode);
    Writer out(buffer);
    const auto mark = out.beginList();
    out.string(question.target.bytes()).integer(question.expiration);
    out.endList(mark);
    return seal(buffer);
}

Encoder::Packet Encoder::encode(std::span<const Neighbor> nodes, std::uint64_t expiration) const
{
    if (nodes.size() > Neighbors::maximumSent)
        throw std::length_error("too many nodes for one NEIGHBORS packet");
    Bytes& buffer = begin(PacketType::neighbors);
    Writer out(buffer);
    const auto mark = out.beginList();
    const auto list = out.beginList();
    for (const Neighbor& neighbor : nodes) {
        const auto item = out.beginList();
        writePlace(out, neighbor.endpoint);
        out.string(neighbor.key.bytes());
        out.endList(item);
    }
    out.endList(list);
    out.integer(expiration);
    out.endList(mark);
    return seal(buffer);
}

Encoder::Packet Encoder::encode(const EnrRequest& request) const
{
    Bytes& buffer = begin(PacketType::enrRequest);
    Writer out(buffer);
    const auto mark = out.beginList();
    out.integer(request.expiration);
    out.endList(mark);
    return seal(buffer);
}

Encoder::Packet Encoder::encode(const EnrResponse& response) const
{
    Bytes& buffer = begin(PacketType::enrResponse);
    Writer out(buffer);
    const auto mark = out.beginList();
    out.string(response.requestHash).raw(response.record);
    out.endList(mark);
    return seal(buffer);
}

} // namespace waymark::discv4::wire
