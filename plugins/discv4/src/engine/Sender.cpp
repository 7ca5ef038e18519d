#include "engine/Sender.h"

namespace waymark::discv4::engine
{

using wire::PacketType;

namespace
{

/// How the other end is named in packets: without a TCP port, which is its own business.
node::NodeEndpoint asSeen(const node::Endpoint& endpoint) noexcept
{
    return {endpoint.ip, endpoint.port, 0};
}

} // namespace

Sender::Sender(const Environment& environment, const Parameters& parameters, const PacketMetrics& metrics)
    : _clock(environment.clock),
      _local(environment.local),
      _metrics(metrics),
      _lifetime(static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::seconds>(parameters.packetLifetime).count())),
      _salts(environment.random),
      _encoder([&local = environment.local](const node::Hash256& digest) { return local.sign(digest); }),
      _freshEncoder([this](const node::Hash256& digest) { return _local.signSalted(digest, _salts.next()); })
{
    _recordChanges = _local.recordChanged().subscribe(
        [this](const std::shared_ptr<const node::Enr>& record) { learn(record->seq()); });
    learn(_local.record()->seq());
}

/// Seqs grow: the largest that was heard of is the present one.
void Sender::learn(std::uint64_t recordSeq) noexcept
{
    std::uint64_t known = _recordSeq.load(std::memory_order_relaxed);
    while (recordSeq > known &&
           !_recordSeq.compare_exchange_weak(known, recordSeq, std::memory_order_relaxed)) {
    }
}

void Sender::send(const Route& route, PacketType type, ByteView packet, net::DatagramSink& sink) const
{
    sink.send({route.to, route.from, packet});
    _metrics.sent(type);
}

wire::Encoder::Packet Sender::makePing(const Route& route) const
{
    const auto own = _local.advertised(route.to.ip.family());
    const wire::Ping ping{own.value_or(node::NodeEndpoint{}), asSeen(route.to), expiration(),
                          _recordSeq.load(std::memory_order_relaxed)};
    return _encoder.encode(ping);
}

wire::Encoder::Packet Sender::makePong(const Route& route, const node::Hash256& pingHash,
                                       std::uint64_t expiration) const
{
    return _encoder.encode(
        wire::Pong{asSeen(route.to), pingHash, expiration, _recordSeq.load(std::memory_order_relaxed)});
}

wire::Encoder::Packet Sender::makeEnrRequest(std::uint64_t expiration) const
{
    return _encoder.encode(wire::EnrRequest{expiration});
}

void Sender::pong(const Route& route, const node::Hash256& pingHash, std::uint64_t expiration,
                  net::DatagramSink& sink) const
{
    send(route, PacketType::pong, makePong(route, pingHash, expiration).bytes, sink);
}

void Sender::findNode(const Route& route, const node::PublicKey& target, std::uint64_t expiration,
                      net::DatagramSink& sink) const
{
    send(route, PacketType::findNode, _encoder.encode(wire::FindNode{target, expiration}).bytes, sink);
}

void Sender::neighbors(const Route& route, std::span<const wire::Neighbor> nodes, std::uint64_t expiration,
                       net::DatagramSink& sink) const
{
    makeNeighbors(nodes, expiration,
                  [&](ByteView packet) { send(route, PacketType::neighbors, packet, sink); });
}

void Sender::enrResponse(const Route& route, const node::Hash256& requestHash, net::DatagramSink& sink) const
{
    const auto record = _local.record();
    const wire::EnrResponse response{requestHash, record->encoded()};
    send(route, PacketType::enrResponse, _encoder.encode(response).bytes, sink);
}

} // namespace waymark::discv4::engine
