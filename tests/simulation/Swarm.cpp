#include "Swarm.h"

#include "engine/Distance.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

namespace waymark::discv4::simulation
{

using testkit::sim::Host;
using testkit::sim::Simulation;

namespace
{

constexpr std::uint16_t port = 30'303;
/// Longer than any lookup takes.
constexpr Duration longestLookup = std::chrono::minutes(2);

/// A public address in a /24 of its own.
node::IpAddress addressOf(std::size_t number)
{
    return node::IpAddress::v4(static_cast<Byte>(20 + number / 62'500),
                               static_cast<Byte>(1 + number / 250 % 250), static_cast<Byte>(1 + number % 250),
                               7);
}

} // namespace

Swarm::Swarm(Simulation& simulation, const Settings& settings)
    : _simulation(simulation),
      _settings(settings),
      _network(simulation, settings.links),
      _random(simulation.random("swarm"))
{
    for (std::size_t i = 0; i < settings.nodes; ++i) {
        SwarmNode& fresh = join();
        if (i < settings.bootnodes)
            _bootnodes.push_back(fresh.contact());
    }
}

SwarmNode& Swarm::join(registry::PeerRegistry* lies)
{
    const auto address = addressOf(_joined);
    return join(_network.addHost({.addresses = {address}}), {address, port, port}, lies);
}

SwarmNode& Swarm::join(Host& host, const node::NodeEndpoint& advertised, registry::PeerRegistry* lies)
{
    const SwarmNode::Identity identity{++_joined, advertised};
    _nodes.push_back(
        std::make_unique<SwarmNode>(host, identity, _settings.signatures, _settings.parameters, lies));
    SwarmNode& fresh = *_nodes.back();
    fresh.setBootnodes(_bootnodes);
    fresh.start(_random.upTo(_settings.startUp), _settings.ticks);
    return fresh;
}

void Swarm::replace(std::size_t number, registry::PeerRegistry* lies)
{
    join(lies);
    std::swap(_nodes[number], _nodes.back());
    _nodes.pop_back();
}

std::vector<discovery::DiscoveredNode> Swarm::lookUp(SwarmNode& node, const node::PublicKey& target)
{
    std::optional<std::vector<discovery::DiscoveredNode>> result;
    node.lookup(target, [&](auto found) { result = std::move(found); });
    if (!_simulation.advanceUntil([&] { return result.has_value(); }, longestLookup))
        throw std::runtime_error("a lookup did not end");
    return *result;
}

std::vector<node::Hash256> Swarm::nearest(const SwarmNode& asking, const node::PublicKey& target) const
{
    const auto targetId = target.nodeId();
    std::vector<node::Hash256> ids;
    for (const auto& node : _nodes)
        if (node.get() != &asking)
            ids.push_back(node->id());
    const std::size_t count = std::min(ids.size(), engine::neighborCount);
    std::partial_sort(
        ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count), ids.end(),
        [&](const auto& left, const auto& right) { return engine::isNearer(targetId, left, right); });
    ids.resize(count);
    return ids;
}

double Swarm::lookupQuality(std::size_t samples)
{
    std::size_t pending = 0;
    std::size_t wanted = 0;
    std::size_t found = 0;
    for (std::size_t i = 0; i < samples; ++i) {
        SwarmNode& asking = *_nodes[static_cast<std::size_t>(_random.below(_nodes.size()))];
        FixedBytes<node::PublicKey::size> bytes{};
        _random.fill(bytes);
        const node::PublicKey target(bytes);
        const auto truth = nearest(asking, target);
        wanted += truth.size();
        ++pending;
        asking.lookup(target, [&, truth](const auto& nodes) {
            --pending;
            for (const auto& node : nodes)
                found += std::ranges::count(truth, node.key.nodeId()) > 0 ? 1 : 0;
        });
    }
    if (!_simulation.advanceUntil([&] { return pending == 0; }, longestLookup))
        throw std::runtime_error(std::to_string(pending) + " lookups did not end");
    return static_cast<double>(found) / static_cast<double>(wanted);
}

double Swarm::packets(std::string_view type) const
{
    double sum = 0;
    for (const auto& node : _nodes)
        sum += node->count("waymark_discv4_packets_sent_total", "type", type);
    return sum;
}

double Swarm::tableNodes() const
{
    double sum = 0;
    for (const auto& node : _nodes)
        sum += static_cast<double>(node->engine().table().size());
    return sum;
}

} // namespace waymark::discv4::simulation
