#pragma once

#include "engine/Engine.h"
#include "io/Ingress.h"
#include "wire/Encode.h"
#include "wire/Frame.h"

#include <waymark/registry/StoredRegistry.h>
#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/SeededRandom.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/testkit/TestLocalNode.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace waymark::discv4::testing
{

/// A datagram in flight, with its bytes.
struct Flight
{
    node::Endpoint from;
    node::Endpoint to;
    Bytes bytes;
};

/// A network in memory in the time of a ManualClock: what is sent arrives when deliver() runs, in order.
class World
{
public:
    using Receiver = std::function<void(const Flight&)>;
    using Tick = std::function<void()>;

    void attach(const node::Endpoint& endpoint, Receiver receiver);
    void onTick(Tick tick) { _ticks.push_back(std::move(tick)); }

    void send(Flight flight) { _inFlight.push_back(std::move(flight)); }
    /// Delivers until nothing is under way.
    void deliver();
    /// Lets time pass in steps of a tick, delivering all the while.
    void advance(Duration duration);

    testkit::ManualClock& clock() noexcept { return _clock; }
    /// Now plus 20 seconds, as packets carry it.
    std::uint64_t soon() const noexcept { return _clock.unixSeconds() + 20; }

    /// Datagrams to this endpoint are lost.
    void cut(const node::Endpoint& endpoint) { _receivers.erase(endpoint); }

private:
    testkit::ManualClock _clock;
    std::map<node::Endpoint, Receiver> _receivers;
    std::vector<Tick> _ticks;
    std::deque<Flight> _inFlight;
};

/// A whole discv4 node in a World: identity, registry, engine, ingress.
class Node
{
public:
    Node(World& world, std::uint64_t key, const node::Endpoint& endpoint,
         const engine::Parameters& parameters = {}, const io::IngressRates& rates = {});
    ~Node();

    engine::Engine& engine() noexcept { return *_engine; }
    testkit::TestLocalNode& local() noexcept { return _local; }
    registry::StoredRegistry& registry() noexcept { return _registry; }
    observe::MetricRegistry& metrics() noexcept { return _metrics; }
    node::Endpoint endpoint() const { return _endpoint; }
    const node::PublicKey& key() const noexcept { return _local.key(); }
    node::Hash256 id() const noexcept { return _local.nodeId(); }
    wire::Neighbor contact() const { return {key(), {_endpoint.ip, _endpoint.port, 0}}; }

    void enroll(const node::PublicKey& peer, const node::NodeEndpoint& where);
    void dismiss(const node::PublicKey& peer);

    /// What its engine was made with, and a log.
    engine::Environment environment(observe::Log log)
    {
        return {_world.clock(), _random, _local, _registry, _metrics, std::move(log)};
    }

    double dropped(std::string_view reason) const;
    double sent(std::string_view type) const;
    double received(std::string_view type) const;
    /// Datagrams that it left to other protocols on the socket.
    int passedOn() const noexcept { return _passedOn; }

private:
    World& _world;
    node::Endpoint _endpoint;
    testkit::TestLocalNode _local;
    testkit::SeededRandom _random;
    observe::MetricRegistry _metrics;
    registry::StoredRegistry _registry;
    std::unique_ptr<engine::Engine> _engine;
    std::unique_ptr<io::Ingress> _ingress;
    int _passedOn = 0;
};

/// A peer that sends exactly what a test says, from any address, and keeps what it gets.
class Speaker
{
public:
    Speaker(World& world, std::uint64_t key, const node::Endpoint& endpoint);

    struct Heard
    {
        wire::PacketType type;
        node::Hash256 hash{};
        Bytes bytes; ///< the message borrows from it
        wire::Message message;
    };

    /// These sign, send to `to` and return the hash; nothing is delivered yet.
    node::Hash256 ping(const node::Endpoint& to);
    node::Hash256 ping(const node::Endpoint& to, const wire::Ping& ping);
    node::Hash256 pong(const node::Endpoint& to, const node::Hash256& pingHash);
    node::Hash256 findNode(const node::Endpoint& to, const node::PublicKey& target);
    node::Hash256 neighbors(const node::Endpoint& to, const std::vector<wire::Neighbor>& nodes);
    node::Hash256 enrRequest(const node::Endpoint& to);
    node::Hash256 enrResponse(const node::Endpoint& to, const node::Hash256& requestHash, ByteView record);
    void raw(const node::Endpoint& to, Bytes bytes);

    /// The whole bonding: ping, PONG to the ping back, which a proven node does not get. What was heard is
    /// forgotten.
    void bond(const node::Endpoint& with);

    /// Sends from another endpoint from now on, and listens there too.
    void moveTo(const node::Endpoint& endpoint);
    /// What its PINGs and PONGs say of the other end, instead of the address that it sends to.
    void seesOthersAt(const node::IpAddress& ip) noexcept { _seen = ip; }
    /// Whether it answers pings by itself; it does not at first.
    void answerPings(bool yes) noexcept { _answersPings = yes; }

    std::vector<Heard>& heard() noexcept { return _heard; }
    /// How many packets of a type it got.
    std::size_t count(wire::PacketType type) const;
    /// All nodes of all NEIGHBORS that it got, then forgets everything.
    std::vector<wire::Neighbor> takeNeighbors();
    /// The last packet of a type; fails the test when there is none.
    const Heard& last(wire::PacketType type) const;

    const node::PublicKey& key() const noexcept { return _public; }
    node::Hash256 id() const noexcept { return _public.nodeId(); }
    const node::SecretKey& secret() const noexcept { return _key; }
    const node::Endpoint& endpoint() const noexcept { return _endpoint; }

private:
    node::Hash256 post(const node::Endpoint& to, const wire::Encoder::Packet& packet);
    void receive(const Flight& flight);

    World& _world;
    node::SecretKey _key;
    node::PublicKey _public;
    node::Endpoint _endpoint;
    wire::Encoder _encoder;
    std::optional<node::IpAddress> _seen;
    bool _answersPings = false;
    std::vector<Heard> _heard;
};

/// "127.0.0.1:30303"
node::Endpoint at(std::string_view text);
node::NodeEndpoint nodeAt(std::string_view text);

} // namespace waymark::discv4::testing
