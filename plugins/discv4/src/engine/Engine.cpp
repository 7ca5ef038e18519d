#include "engine/Engine.h"

#include "engine/Reach.h"

#include <algorithm>
#include <utility>

namespace waymark::discv4::engine
{

using discovery::DiscoveredNode;
using discovery::Liveness;
using discovery::NodeEvent;

namespace
{

constexpr std::size_t seedsTaken = 30;
constexpr Duration bondValidity = std::chrono::hours(24);
constexpr std::size_t peersPerPage = 1'024;

/// Whatever this node can send to.
registry::ReachSet reachOf(const node::LocalNode& local)
{
    registry::ReachSet reach;
    for (const auto family : {node::IpFamily::v4, node::IpFamily::v6})
        if (local.advertised(family))
            for (const auto scope : {node::IpScope::loopback, node::IpScope::lan, node::IpScope::global})
                reach = reach | registry::ReachSet::of(family, scope);
    return reach;
}

DiscoveredNode discovered(const TableNode& node)
{
    return {node.key, node.endpoint, node.record, node.lastPong};
}

} // namespace

Engine::Engine(const Environment& environment, const Parameters& parameters)
    : _environment(environment),
      _parameters(parameters),
      _metrics(environment.metrics),
      _sender(environment, parameters, _metrics),
      _answerSender(environment, parameters, _sender, _metrics),
      _proofs(parameters, environment.random.next64()),
      _pings(parameters, environment.random.next64()),
      _records(parameters.requestTimeout, environment.random.next64()),
      _registered(parameters, environment.random.next64()),
      _table(environment.local.nodeId(), parameters, environment.random.next64()),
      _neighborhood(environment.registry, _registered, _table, parameters.advertise),
      _lookups(parameters.requestTimeout),
      _answers(environment.random.next64(), parameters.answersPerPrefix, parameters.rateSlots),
      _questions(environment.random.next64(), parameters.questionsPerNode, parameters.rateSlots),
      _answered(environment.random.next64(), parameters.answeredSlots),
      _seenAt(environment.random.next64()),
      _lookupInterval(parameters.lookupInterval)
{
    const MonotonicTime now = environment.clock.now();
    _nextWalk = now + _lookupInterval;
    _nextRefresh = now + parameters.lookupInterval;
    _nextRevalidation = now;
    _nextSweep = now;
    _nextTally = now;
}

Engine::~Engine()
{
    stop();
}

void Engine::start()
{
    auto& metrics = _environment.metrics;
    const auto gauge = [&](const std::string& name, const char* help, const observe::MetricLabels& labels,
                           auto sample) {
        _gauges.push_back(metrics.sampled(name, help, labels, std::move(sample)));
    };
    gauge("waymark_discv4_table_nodes", "Strangers in the table", {},
          [this] { return static_cast<double>(_table.size()); });
    gauge("waymark_discv4_endpoint_proofs", "Nodes whose endpoint is proven", {},
          [this] { return static_cast<double>(_proofs.size()); });
    gauge("waymark_discv4_pending_pings", "Pings without an answer yet", {},
          [this] { return static_cast<double>(_pings.size()); });
    gauge("waymark_discv4_lookups", "Lookups under way", {},
          [this] { return static_cast<double>(_lookups.active()); });
    for (const auto state : {Liveness::pending, Liveness::live, Liveness::unresponsive})
        gauge("waymark_discv4_registered_peers", "Registered peers by what is known of their being there",
              {{"liveness", std::string(toString(state))}},
              [this, state] { return static_cast<double>(_registered.count(state)); });

    auto& registry = _environment.registry;
    _registryChanges =
        registry.changes().subscribe([this](const registry::PeerEvent& event) { synchronise(event.id); });
    synchroniseAll();
}

void Engine::synchroniseAll()
{
    std::optional<node::PeerId> after;
    do {
        const auto page = _environment.registry.list(after, peersPerPage);
        for (const registry::Peer& peer : page.peers)
            synchronise(peer.id, Listed{peer, page.revision});
        after = page.next;
    } while (after);
}

void Engine::setAdvertise(Advertise advertise)
{
    // Live peers are gathered before only they are told of, and left out after all are.
    if (advertise == Advertise::registered)
        _neighborhood.setAdvertise(advertise);
    _registered.setAdvertise(advertise);
    synchroniseAll();
    _neighborhood.setAdvertise(advertise);
}

void Engine::stop()
{
    _registryChanges.reset();
    _gauges.clear();
    _lookups.stop();
}

bool Engine::isKnown(const node::Endpoint& endpoint) const
{
    return _proofs.knows(endpoint) || _registered.knows(endpoint) || _contacts.knows(endpoint);
}

void Engine::setAccess(AccessRules rules)
{
    _access.set(std::move(rules));
    bool removed = true;
    while (removed) { // replacements that take their places may have to go as well
        removed = false;
        for (const TableNode& node : _table.nodes()) {
            if (permits(node.endpoint.ip))
                continue;
            tell(_table.remove(node.id));
            removed = true;
        }
    }
}

void Engine::synchronise(const node::PeerId& id, const std::optional<Listed>& listed)
{
    const auto key = id.publicKey();
    if (!key)
        return;
    const auto nodeId = key->nodeId();
    std::optional<RegisteredPeers::Departed> departed;
    Table::Effect effect;
    {
        // Looked up under the lock, so that whoever comes last has seen the last change. What was listed is
        // as good while there was none.
        const std::lock_guard lock(_registryMutex);
        const bool isCurrent = listed && _environment.registry.revision() == listed->at;
        const auto found = isCurrent ? std::nullopt : _environment.registry.find(id);
        const registry::Peer* const peer = isCurrent ? &listed->peer : found ? &*found : nullptr;
        std::vector<RegisteredPeers::Place> places;
        for (const auto family : {node::IpFamily::v4, node::IpFamily::v6})
            if (const auto endpoint = peer != nullptr ? peer->endpoint(family) : std::nullopt)
                places.push_back({*endpoint, _environment.local.advertised(family).has_value()});
        if (!places.empty()) {
            departed = _registered.put({*key, nodeId, places, peer->enr ? peer->enr->seq() : 0},
                                       _environment.clock.now());
            effect = _table.remove(nodeId);
        } else {
            departed = _registered.remove(nodeId);
        }
    }
    tell(effect);
    if (departed && departed->liveness.state == Liveness::live)
        _events.emit({NodeEvent::Kind::lost,
                      {*key, departed->endpoint, {}, departed->liveness.lastPong.value_or(WallTime{})}});
}

void Engine::tell(const Table::Effect& effect)
{
    if (effect.lost)
        _events.emit({NodeEvent::Kind::lost, discovered(*effect.lost)});
    if (effect.found)
        _events.emit({NodeEvent::Kind::found, discovered(*effect.found)});
}

void Engine::tell(RegisteredPeers::Change change, const node::Hash256& id)
{
    if (change == RegisteredPeers::Change::none)
        return;
    const auto kind =
        change == RegisteredPeers::Change::found ? NodeEvent::Kind::found : NodeEvent::Kind::lost;
    if (const auto node = registeredNode(id))
        _events.emit({kind, *node});
}

std::optional<DiscoveredNode> Engine::registeredNode(const node::Hash256& id) const
{
    const auto peer = _neighborhood.registered(id, reachOf(_environment.local));
    const auto liveness = _registered.liveness(id);
    if (!peer || !liveness)
        return std::nullopt;
    return DiscoveredNode{peer->key, peer->endpoint, {}, liveness->lastPong.value_or(WallTime{})};
}

void Engine::setForkFilter(const ForkFilter& filter)
{
    {
        const std::lock_guard lock(_filterMutex);
        _filter = filter;
        _hasFilter = filter.isActive();
    }
    for (const TableNode& node : _table.nodes())
        if (node.record && isOfAnotherChain(*node.record))
            tell(_table.remove(node.id));
}

void Engine::setBootnodes(const std::vector<wire::Neighbor>& bootnodes)
{
    _contacts.setBootnodes(bootnodes, _environment.clock.now());
}

void Engine::setLookupInterval(Duration interval)
{
    const std::lock_guard lock(_tickMutex);
    _lookupInterval = interval;
    _nextWalk = _environment.clock.now() + interval;
}

node::PublicKey Engine::randomTarget()
{
    FixedBytes<node::PublicKey::size> bytes{};
    _environment.random.fill(bytes);
    return node::PublicKey(bytes);
}

void Engine::search(const node::PublicKey& target, const Lookups::Extent& extent,
                    Lookups::Completion completion)
{
    const auto nearest =
        _neighborhood.closest({target.nodeId(), _environment.local.nodeId(), reachOf(_environment.local)});
    std::vector<LookupNode> seeds;
    for (const wire::Neighbor& node : _contacts.bootnodes())
        seeds.push_back({node, node.key.nodeId(), true});
    for (const wire::Neighbor& node : nearest.nodes())
        seeds.push_back({node, node.key.nodeId()});
    _lookups.start(target, seeds, extent, std::move(completion));
}

bool Engine::isBonded(const LookupNode& node)
{
    const MonotonicTime now = _environment.clock.now();
    const NodeAddress who{node.id, node.node.endpoint.ip};
    return _proofs.isProven(who, now) && _proofs.pingedWithin(who, bondValidity, now);
}

bool Engine::isProven(const LookupNode& node)
{
    return _proofs.isProven({node.id, node.node.endpoint.ip}, _environment.clock.now());
}

bool Engine::hasProvenSince(const LookupNode& node, MonotonicTime since)
{
    return _proofs.hasProvenSince({node.id, node.node.endpoint.ip}, since);
}

void Engine::bond(const LookupNode& node, net::DatagramSink& sink)
{
    pingOwn(node.id, node.node.endpoint, sink);
}

bool Engine::ask(const LookupNode& node, const node::PublicKey& target, net::DatagramSink& sink)
{
    const auto& endpoint = node.node.endpoint;
    // It may have proved this address at another port than the one that a setting names.
    if (!isUsable(endpoint.udpEndpoint()))
        return false;
    const auto expiration = _proofs.expirationFor({node.id, endpoint.ip}, _sender.expiration());
    _sender.findNode({endpoint.udpEndpoint(), {}}, target, expiration, sink);
    return true;
}

void Engine::unanswered(const LookupNode& node)
{
    // A node that was started again knows nobody: it is pinged before it is asked again.
    _proofs.notPinged({node.id, node.node.endpoint.ip});
}

void Engine::remember(const std::vector<node::StoredNode>& nodes)
{
    std::vector<wire::Neighbor> seeds;
    for (const node::StoredNode& node : _seeds.remember(nodes, _environment.clock.wallNow()))
        seeds.push_back({node.key, node.endpoint});
    const std::size_t taken = std::min(seeds.size(), seedsTaken);
    for (std::size_t i = 0; i < taken; ++i)
        std::swap(seeds[i], seeds[i + static_cast<std::size_t>(_environment.random.below(seeds.size() - i))]);
    seeds.resize(taken);
    _contacts.addSeeds(seeds, _environment.clock.now());
}

std::vector<node::StoredNode> Engine::memory()
{
    std::vector<node::StoredNode> table;
    for (const TableNode& node : _table.nodes())
        table.push_back({node.key, node.endpoint, node.lastPong});
    return _seeds.update(table, _environment.clock.wallNow());
}

std::vector<DiscoveredNode> Engine::nodes() const
{
    std::vector<DiscoveredNode> all;
    for (const TableNode& node : _table.nodes())
        all.push_back(discovered(node));
    for (const auto& half : _registered.live()) {
        const auto id = _neighborhood.registeredId(half);
        if (auto node = id ? registeredNode(*id) : std::nullopt)
            all.push_back(std::move(*node));
    }
    return all;
}

std::size_t Engine::nodeCount() const
{
    return _table.size() + _registered.count(Liveness::live);
}

void Engine::lookup(const node::PublicKey& target, discovery::Discovery::LookupCompletion completion)
{
    search(target, Lookups::thorough,
           [this, completion = std::move(completion)](const std::vector<LookupNode>& found) {
               std::vector<DiscoveredNode> nodes;
               for (const LookupNode& node : found) {
                   const auto known = _table.find(node.id);
                   nodes.push_back(
                       known ? discovered(*known)
                             : DiscoveredNode{
                                   node.node.key, node.node.endpoint, {}, _environment.clock.wallNow()});
               }
               completion(std::move(nodes));
           });
}

std::optional<discovery::PeerLiveness> Engine::liveness(const node::PeerId& id) const
{
    const auto key = id.publicKey();
    return key ? _registered.liveness(key->nodeId()) : std::nullopt;
}

} // namespace waymark::discv4::engine
