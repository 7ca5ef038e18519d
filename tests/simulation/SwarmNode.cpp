#include "SwarmNode.h"

#include "FakeSignatures.h"

#include <waymark/testkit/TestKeys.h>

#include <string>

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
                     const engine::Parameters& parameters, const io::IngressRates& rates)
    : _host(host), _local(makeLocal(identity, signatures)), _registry({.backend = "memory", .limits = {}})
{
    _registry.state().begin({1, 0});
    _registry.open();
    const wire::SenderRecovery& recovery = signatures == Signatures::fake
                                               ? static_cast<const wire::SenderRecovery&>(fakeSignatures)
                                               : wire::curveRecovery();
    const engine::Environment environment{host.clock(), host.random(), *_local, _registry, _metrics,
                                          {},           recovery};
    _engine = std::make_unique<engine::Engine>(environment, parameters);
    _ingress = std::make_unique<io::Ingress>(*_engine, environment, rates);
    _transport = host.open({.listen = {host.address(), identity.advertised.udp}}).value();
    _engine->start();
    _reception = _transport->attach(*_ingress, 0);
    _transport->start();
}

SwarmNode::~SwarmNode()
{
    _firstTick.reset();
    _ticks.reset();
    _reception.reset();
    _engine->stop();
}

void SwarmNode::start(Duration delay)
{
    _firstTick = _host.timers().after(delay, [this] {
        _ticks = _host.timers().every(engine::tickInterval, [this] { _engine->tick(*this); });
        _engine->tick(*this);
    });
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
