#include "engine/Engine.h"
#include "engine/Reach.h"

#include <algorithm>

/// What time brings: time-outs, pings, lookups that are due.
namespace waymark::discv4::engine
{

namespace
{

constexpr Duration sweepInterval = std::chrono::minutes(1);
constexpr Duration tallyInterval = std::chrono::seconds(5);
/// A node is checked again after this times its credit, and at the latest after the longest pause.
constexpr Duration checkPause = std::chrono::minutes(1);
constexpr Duration longestCheckPause = std::chrono::minutes(5);
constexpr std::size_t randomLookupsPerRefresh = 3;
/// Between two pings of an endpoint, which PendingPings keeps apart.
constexpr Duration pingSpacing = std::chrono::seconds(1);

} // namespace

void Engine::tick(net::DatagramSink& sink)
{
    const std::lock_guard lock(_tickMutex);
    const MonotonicTime now = _environment.clock.now();
    expirePings(now);
    for (const auto& peer : _registered.due(now, _parameters.livenessPingsPerTick))
        pingRegistered(peer, now, sink);
    for (const auto& contact : _contacts.due(now))
        pingOwn(contact.id, contact.node.endpoint, sink);
    revalidate(now, sink);
    walk(now);
    refresh(now);
    tally(now);
    proceed(now, sink);
    if (now >= _nextSweep) {
        _nextSweep = now + sweepInterval;
        _proofs.sweep(now);
    }
}

void Engine::pingRegistered(const RegisteredPeers::Due& peer, MonotonicTime now, net::DatagramSink& sink)
{
    const auto id = _neighborhood.registeredId(peer.id);
    if (!id)
        return; // it is on its way out of the registry
    const auto to = peer.endpoint.udpEndpoint();
    if (!permits(peer.endpoint.ip))
        tell(_registered.failed(*id, to, now), *id);
    else if (pingOwn(*id, peer.endpoint, sink) == PendingPings::Reserved::early)
        _registered.postpone(*id, to, now + pingSpacing); // what answered before it was registered
}

MonotonicTime Engine::nextDue() const
{
    const std::lock_guard lock(_tickMutex);
    if (_lookups.active() > 0 || _registered.size() > 0)
        return _environment.clock.now();
    MonotonicTime next = std::min(
        {_nextRevalidation, _nextRefresh, _nextSweep, _nextTally, _pings.nextDue(), _contacts.nextDue()});
    if (_lookupInterval != Duration::zero())
        next = std::min(next, _nextWalk);
    return next;
}

void Engine::expirePings(MonotonicTime now)
{
    for (const auto& ping : _pings.expire(now, _environment.clock.wallNow())) {
        tell(_registered.failed(ping.id, ping.to, now), ping.id);
        const auto effect = _table.failed(ping.id, ping.to);
        if (effect.lost) {
            _proofs.doubt({ping.id, ping.to.ip});
            _contacts.lost(ping.id, now);
        }
        tell(effect);
    }
}

void Engine::revalidate(MonotonicTime now, net::DatagramSink& sink)
{
    if (now < _nextRevalidation)
        return;
    const auto pause = static_cast<std::uint64_t>(_parameters.revalidationInterval.count()) + 1;
    _nextRevalidation = now + Duration(static_cast<Duration::rep>(_environment.random.below(pause)));
    const auto node = _table.pick(_environment.random.next64());
    if (!node)
        return;
    const Duration unseen = _environment.clock.wallNow() - node->lastPong;
    if (node->failures > 0 || unseen >= std::min(checkPause * node->credit, longestCheckPause))
        pingOwn(node->id, node->endpoint, sink);
}

std::optional<PendingPings::Reserved>
Engine::pingOwn(const node::Hash256& id, const node::NodeEndpoint& endpoint, net::DatagramSink& sink)
{
    if (!permits(endpoint.ip))
        return std::nullopt;
    PendingPings::Ping ping;
    ping.to = endpoint.udpEndpoint();
    // A registry, a configuration or an old file may name any address.
    if (!isUsable(ping.to))
        return std::nullopt;
    ping.tcp = endpoint.tcp;
    ping.account = PendingPings::Account::own;
    return sendPing(id, ping, {}, sink);
}

void Engine::walk(MonotonicTime now)
{
    if (_lookupInterval == Duration::zero() || now < _nextWalk)
        return;
    _nextWalk = now + _lookupInterval;
    if (_table.size() > 0)
        search(randomTarget(), Lookups::walk, {});
}

void Engine::refresh(MonotonicTime now)
{
    if (now < _nextRefresh)
        return;
    _nextRefresh = now + _parameters.refreshInterval;
    if (_table.size() == 0)
        return;
    search(_environment.local.key(), Lookups::thorough, {});
    for (std::size_t i = 0; i < randomLookupsPerRefresh; ++i)
        search(randomTarget(), Lookups::walk, {});
}

void Engine::tally(MonotonicTime now)
{
    if (now < _nextTally)
        return;
    _nextTally = now + tallyInterval;
    for (const auto family : {node::IpFamily::v4, node::IpFamily::v6})
        if (const auto majority = _seenAt.majority(family, now))
            _environment.local.observed(majority->ip, majority->hosts);
}

} // namespace waymark::discv4::engine
