#pragma once

#include "SwarmNode.h"

#include <waymark/testkit/sim/Simulation.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace waymark::discv4::simulation
{

/// Many nodes that know a few of them at first: the bootnodes. Each is in a /24 of its own.
class Swarm
{
public:
    struct Settings
    {
        std::size_t nodes = 1'000;
        std::size_t bootnodes = 3;
        Signatures signatures = Signatures::fake;
        /// As between countries.
        testkit::sim::LinkSettings links{.delay = std::chrono::milliseconds(10),
                                         .spread = std::chrono::milliseconds(100),
                                         .jitter = std::chrono::milliseconds(1)};
        /// All have started after this time.
        Duration startUp = std::chrono::seconds(10);
        /// Those of production, but with tables for a thousand nodes: larger ones, a thousand times, would
        /// crowd out the processor's caches.
        engine::Parameters parameters{
            .answerMemory = 300'000, .filterSlots = 1'024, .rateSlots = 1'024, .answeredSlots = 512};
        SwarmNode::Ticks ticks = SwarmNode::Ticks::needed;
    };

    Swarm(testkit::sim::Simulation& simulation, const Settings& settings);

    testkit::sim::Simulation& simulation() noexcept { return _simulation; }
    testkit::sim::SimNetwork& network() noexcept { return _network; }
    std::vector<std::unique_ptr<SwarmNode>>& nodes() noexcept { return _nodes; }
    SwarmNode& node(std::size_t number) { return *_nodes.at(number); }

    /// One more, on a host of this network; knows the bootnodes. See SwarmNode for `lies`.
    SwarmNode& join(testkit::sim::Host& host, const node::NodeEndpoint& advertised,
                    registry::PeerRegistry* lies = nullptr);
    /// The same at an address that nobody has yet.
    SwarmNode& join(registry::PeerRegistry* lies = nullptr);
    /// It is gone from one moment to the next, and a new one comes.
    void replace(std::size_t number, registry::PeerRegistry* lies = nullptr);

    /// What a lookup of a node ended with; virtual time passes.
    std::vector<discovery::DiscoveredNode> lookUp(SwarmNode& node, const node::PublicKey& target);
    /// The nearest of all nodes but the asking one.
    std::vector<node::Hash256> nearest(const SwarmNode& asking, const node::PublicKey& target) const;
    /// The share of the truly nearest that lookups for random targets end with, one lookup for each of
    /// `samples` nodes at the same time.
    double lookupQuality(std::size_t samples);

    /// Sum over all nodes.
    double packets(std::string_view type) const;
    double tableNodes() const;

private:
    testkit::sim::Simulation& _simulation;
    Settings _settings;
    testkit::sim::SimNetwork _network;
    testkit::sim::SimRandom _random;
    std::uint64_t _joined = 0; ///< all that ever were
    std::vector<wire::Neighbor> _bootnodes;
    std::vector<std::unique_ptr<SwarmNode>> _nodes;
};

} // namespace waymark::discv4::simulation
