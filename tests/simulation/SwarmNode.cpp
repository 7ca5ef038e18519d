#include "SwarmNode.h"

#include "FakeSignatures.h"

#include <waymark/testkit/TestKeys.h>

#include <algorithm>
#include <string>
#include <utility>

namespace waymark::discv4::simulation
{

namespace
{

const FakeSignatures fakeSignatures;

std::unique_ptr<node::LocalNode> makeLocal(const SwarmNode::Identity& identity, Signatures signatures)
{
    auto key = testkit::testKey(identity.key);
    if (signatures == Signatures::fake)
        return std::make_unique<FakeSigningNode>(std::move(key), identity.advertised);
    return std::make_unique<testkit::TestLocalNode>(std::move(key), identity.advertised);
}

} // namespace

SwarmNode::SwarmNode(testkit::sim::Host& host, const Identity& identity, Signatures signatures,
                     const engine::Parameters& parameters, registry::PeerRegistry* lies)
    : _host(host), _local(makeLocal(identity, signatures)), _registry({.backend = "memory", .limits = {}})
{
    _registry.state().begin({1, 0});
    _registry.open();
    const wire::SenderRecovery& recovery = signatures == Signatures::fake
                                               ? static_cast<const wire::SenderRecovery&>(fakeSignatures)
                                               : wire::curveRecovery();
    registry::PeerRegistry& peers = lies ? *lies : static_cast<registry::PeerRegistry&>(_registry);
    const engine::Environment environment{host.clock(), host.random(), *_local, peers, _metrics,
                                          {},           recovery};
    _engine = std::make_unique<engine::Engine>(environment, parameters);
    _ingress =
        std::make_unique<io::Ingress>(*_engine, environment, io::IngressRates{.slots = parameters.rateSlots});
    _transport = host.open({.listen = {host.address(), identity.advertised.udp}}).value();
    _engine->start();
    _reception = _transport->attach(*this, 0);
    _transport->start();
}

SwarmNode::~SwarmNode()
{
    _timer.reset();
    _reception.reset();
    _engine->stop();
}

void SwarmNode::start(Duration delay, Ticks ticks)
{
    _ticks = ticks;
    _firstTick = _host.clock().now() + delay;
    arm();
}

void SwarmNode::setBootnodes(const std::vector<wire::Neighbor>& bootnodes)
{
    _engine->setBootnodes(bootnodes);
    arm();
}

void SwarmNode::lookup(const node::PublicKey& target, discovery::Discovery::LookupCompletion completion)
{
    _engine->lookup(target, std::move(completion));
    arm();
}

void SwarmNode::enroll(const wire::Neighbor& peer)
{
    _registry.apply(
        {registry::PutClaim{{std::string(registry::apiOrigin), registry::Peer::at(peer.key, peer.endpoint)}}},
        [](const auto&) {});
    arm();
}

bool SwarmNode::consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept
{
    const bool claimed = _ingress->consume(datagram, sink);
    arm();
    return claimed;
}

void SwarmNode::tick()
{
    _nextTick = MonotonicTime::max();
    _engine->tick(*this);
    arm();
}

void SwarmNode::arm()
{
    const MonotonicTime now = _host.clock().now();
    if (_firstTick == MonotonicTime::max())
        return;
    MonotonicTime next = _firstTick;
    if (now >= _firstTick) {
        const MonotonicTime due = _ticks == Ticks::all ? now : _engine->nextDue();
        const auto passed = (now - _firstTick) / engine::tickInterval;
        const auto wanted = (due - _firstTick + engine::tickInterval - Duration(1)) / engine::tickInterval;
        next += std::max(passed + 1, wanted) * engine::tickInterval;
    }
    if (next >= _nextTick)
        return;
    _nextTick = next;
    _timer = _host.timers().after(next - now, [this] { tick(); });
}

void SwarmNode::send(const net::Datagram& datagram)
{
    // What the host refuses is counted by the network; the protocol asks again.
    static_cast<void>(_transport->send(datagram));
}

double SwarmNode::count(std::string_view metric, std::string_view label, std::string_view value) const
{
    return _metrics.value(std::string(metric), {{std::string(label), std::string(value)}}).value();
}

} // namespace waymark::discv4::simulation
