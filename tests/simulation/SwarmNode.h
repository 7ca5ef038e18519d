#pragma once

#include "engine/Engine.h"
#include "io/Ingress.h"

#include <waymark/registry/StoredRegistry.h>
#include <waymark/testkit/sim/SimNetwork.h>

#include <memory>
#include <string_view>
#include <vector>

namespace waymark::discv4::simulation
{

enum class Signatures
{
    real,
    fake ///< see FakeSignatures
};

/// A whole discv4 node on a host of a simulated network: identity, registry, engine, ingress, and the timer
/// that the plugin has.
///
/// Ticks come ten times a second in production; here those that would do nothing are left out.
class SwarmNode final : private net::DatagramSink, private net::DatagramConsumer
{
public:
    /// What stays when the node is started again.
    struct Identity
    {
        std::uint64_t key; ///< of testkit::testKey()
        node::NodeEndpoint advertised;
    };

    /// With `lies`, that registry instead of its own says whom it advertises.
    SwarmNode(testkit::sim::Host& host, const Identity& identity, Signatures signatures,
              const engine::Parameters& parameters, registry::PeerRegistry* lies = nullptr);
    ~SwarmNode() override;

    enum class Ticks
    {
        needed,
        all
    };
    /// Ticks begin after `delay`, so that not all nodes tick at one instant.
    void start(Duration delay, Ticks ticks = Ticks::needed);

    void setBootnodes(const std::vector<wire::Neighbor>& bootnodes);
    void lookup(const node::PublicKey& target, discovery::Discovery::LookupCompletion completion);

    /// Registers a peer at this node.
    void enroll(const wire::Neighbor& peer);

    testkit::sim::Host& host() noexcept { return _host; }
    const engine::Engine& engine() const noexcept { return *_engine; }
    const node::PublicKey& key() const noexcept { return _local->key(); }
    const node::Hash256& id() const noexcept { return _local->nodeId(); }
    wire::Neighbor contact() const { return {key(), *_local->advertised()}; }

    double count(std::string_view metric, std::string_view label, std::string_view value) const;

private:
    void send(const net::Datagram& datagram) override;
    bool consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept override;
    void tick();
    /// Sets the timer to the first tick that has something to do.
    void arm();

    testkit::sim::Host& _host;
    std::unique_ptr<node::LocalNode> _local;
    observe::MetricRegistry _metrics;
    registry::StoredRegistry _registry;
    std::unique_ptr<engine::Engine> _engine;
    std::unique_ptr<io::Ingress> _ingress;
    std::shared_ptr<net::UdpTransport> _transport;
    Subscription _reception;
    Ticks _ticks = Ticks::needed;
    MonotonicTime _firstTick = MonotonicTime::max();
    MonotonicTime _nextTick = MonotonicTime::max(); ///< that the timer is set to
    Subscription _timer;
};

} // namespace waymark::discv4::simulation
