#include "World.h"

#include <cppunit/TestAssert.h>

#include <algorithm>
#include <string>
#include <utility>

namespace waymark::discv4::testing
{

namespace
{

/// Hands what a node sends to the world.
class WorldSink final : public net::DatagramSink
{
public:
    WorldSink(World& world, const node::Endpoint& from) : _world(world), _from(from) {}
    void send(const net::Datagram& datagram) override
    {
        _world.send({_from, datagram.remote, {datagram.payload.begin(), datagram.payload.end()}});
    }

private:
    World& _world;
    node::Endpoint _from;
};

} // namespace

node::Endpoint at(std::string_view text)
{
    return node::Endpoint::parse(text).value();
}

node::NodeEndpoint nodeAt(std::string_view text)
{
    const auto endpoint = at(text);
    return {endpoint.ip, endpoint.port, endpoint.port};
}

void World::attach(const node::Endpoint& endpoint, Receiver receiver)
{
    _receivers[endpoint] = std::move(receiver);
}

void World::deliver()
{
    while (!_inFlight.empty()) {
        const Flight flight = std::move(_inFlight.front());
        _inFlight.pop_front();
        const auto receiver = _receivers.find(flight.to);
        if (receiver != _receivers.end())
            receiver->second(flight);
    }
}

void World::advance(Duration duration)
{
    for (Duration passed{}; passed < duration; passed += engine::tickInterval) {
        _clock.advance(engine::tickInterval);
        for (const Tick& tick : _ticks)
            tick();
        deliver();
    }
}

Node::Node(World& world, std::uint64_t key, const node::Endpoint& endpoint,
           const engine::Parameters& parameters, const io::IngressRates& rates)
    : _world(world),
      _endpoint(endpoint),
      _local(testkit::testKey(key), {endpoint.ip, endpoint.port, 0}),
      _random(key),
      _registry({.backend = "memory", .limits = {}})
{
    _registry.state().begin({1, 0});
    _registry.open();
    const engine::Environment environment{world.clock(), _random, _local, _registry, _metrics, {}};
    _engine = std::make_unique<engine::Engine>(environment, parameters);
    _ingress = std::make_unique<io::Ingress>(*_engine, environment, rates);
    _engine->start();
    world.attach(endpoint, [this](const Flight& flight) {
        WorldSink sink(_world, _endpoint);
        if (!_ingress->consume({flight.from, flight.to.ip, flight.bytes}, sink))
            ++_passedOn;
    });
    world.onTick([this] {
        WorldSink sink(_world, _endpoint);
        _engine->tick(sink);
    });
}

Node::~Node()
{
    _engine->stop();
}

void Node::enroll(const node::PublicKey& peer, const node::NodeEndpoint& where)
{
    _registry.apply({registry::PutClaim{{std::string(registry::apiOrigin), registry::Peer::at(peer, where)}}},
                    [](const Result<registry::ApplyReport>& report) { CPPUNIT_ASSERT(report.has_value()); });
}

void Node::dismiss(const node::PublicKey& peer)
{
    _registry.apply({registry::DropClaim{node::PeerId(peer), std::string(registry::apiOrigin)}},
                    [](const Result<registry::ApplyReport>& report) { CPPUNIT_ASSERT(report.has_value()); });
}

double Node::dropped(std::string_view reason) const
{
    return _metrics.value("waymark_discv4_packets_dropped_total", {{"reason", std::string(reason)}}).value();
}

double Node::sent(std::string_view type) const
{
    return _metrics.value("waymark_discv4_packets_sent_total", {{"type", std::string(type)}}).value();
}

double Node::received(std::string_view type) const
{
    return _metrics.value("waymark_discv4_packets_received_total", {{"type", std::string(type)}}).value();
}

Speaker::Speaker(World& world, std::uint64_t key, const node::Endpoint& endpoint)
    : _world(world),
      _key(testkit::testKey(key)),
      _public(_key.publicKey()),
      _endpoint(endpoint),
      _encoder([this](const node::Hash256& digest) { return _key.sign(digest); })
{
    moveTo(endpoint);
}

void Speaker::moveTo(const node::Endpoint& endpoint)
{
    _endpoint = endpoint;
    _world.attach(endpoint, [this](const Flight& flight) { receive(flight); });
}

void Speaker::receive(const Flight& flight)
{
    const auto frame = wire::Frame::parse(flight.bytes);
    CPPUNIT_ASSERT(frame.has_value());
    _heard.push_back({frame->type(), frame->hash(), flight.bytes, {}});
    Heard& heard = _heard.back();
    heard.message = wire::Frame::parse(heard.bytes)->decode().value();
    if (_answersPings && heard.type == wire::PacketType::ping)
        pong(flight.from, heard.hash);
}

node::Hash256 Speaker::post(const node::Endpoint& to, const wire::Encoder::Packet& packet)
{
    raw(to, {packet.bytes.begin(), packet.bytes.end()});
    return packet.hash;
}

void Speaker::raw(const node::Endpoint& to, Bytes bytes)
{
    _world.send({_endpoint, to, std::move(bytes)});
}

node::Hash256 Speaker::ping(const node::Endpoint& to)
{
    return ping(to, {{_endpoint.ip, _endpoint.port, _endpoint.port},
                     {_seen.value_or(to.ip), to.port, 0},
                     _world.soon(),
                     {}});
}

node::Hash256 Speaker::ping(const node::Endpoint& to, const wire::Ping& ping)
{
    return post(to, _encoder.encode(ping));
}

node::Hash256 Speaker::pong(const node::Endpoint& to, const node::Hash256& pingHash)
{
    return post(
        to, _encoder.encode(wire::Pong{{_seen.value_or(to.ip), to.port, 0}, pingHash, _world.soon(), {}}));
}

node::Hash256 Speaker::findNode(const node::Endpoint& to, const node::PublicKey& target)
{
    return post(to, _encoder.encode(wire::FindNode{target, _world.soon()}));
}

node::Hash256 Speaker::neighbors(const node::Endpoint& to, const std::vector<wire::Neighbor>& nodes)
{
    return post(to, _encoder.encode(nodes, _world.soon()));
}

node::Hash256 Speaker::enrRequest(const node::Endpoint& to)
{
    return post(to, _encoder.encode(wire::EnrRequest{_world.soon()}));
}

node::Hash256 Speaker::enrResponse(const node::Endpoint& to, const node::Hash256& requestHash,
                                   ByteView record)
{
    return post(to, _encoder.encode(wire::EnrResponse{requestHash, record}));
}

void Speaker::bond(const node::Endpoint& with)
{
    ping(with);
    _world.deliver();
    if (count(wire::PacketType::ping) > 0)
        pong(with, last(wire::PacketType::ping).hash);
    _world.deliver();
    _heard.clear();
}

std::size_t Speaker::count(wire::PacketType type) const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(_heard, [&](const Heard& heard) { return heard.type == type; }));
}

const Speaker::Heard& Speaker::last(wire::PacketType type) const
{
    const auto found =
        std::find_if(_heard.rbegin(), _heard.rend(), [&](const Heard& heard) { return heard.type == type; });
    CPPUNIT_ASSERT_MESSAGE("heard no " + std::string(toString(type)), found != _heard.rend());
    return *found;
}

std::vector<wire::Neighbor> Speaker::takeNeighbors()
{
    std::vector<wire::Neighbor> nodes;
    for (const Heard& heard : _heard) {
        if (const auto* const answer = std::get_if<wire::Neighbors>(&heard.message))
            nodes.insert(nodes.end(), answer->nodes().begin(), answer->nodes().end());
    }
    _heard.clear();
    return nodes;
}

} // namespace waymark::discv4::testing
