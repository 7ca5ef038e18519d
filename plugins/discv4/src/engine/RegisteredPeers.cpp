#include "engine/RegisteredPeers.h"

#include <algorithm>

namespace waymark::discv4::engine
{

using discovery::Liveness;

namespace
{

constexpr std::size_t shardCount = 16;
constexpr Duration firstRetry = std::chrono::seconds(1);
constexpr Duration longestRetry = std::chrono::minutes(5);

/// 1 s, 2 s, 4 s, ...: a pod is often registered before its node listens.
Duration retryAfter(unsigned failures) noexcept
{
    constexpr unsigned doublings = 9;
    return std::min<Duration>(firstRetry * (1 << std::min(failures, doublings)), longestRetry);
}

} // namespace

RegisteredPeers::RegisteredPeers(const Parameters& parameters, std::uint64_t seed)
    : _parameters(parameters), _hash(seed)
{
    for (std::size_t i = 0; i < shardCount; ++i)
        _shards.push_back(std::make_unique<Shard>(TableHash{_hash}));
}

RegisteredPeers::Shard& RegisteredPeers::shardOf(const node::Hash256& id) const noexcept
{
    return *_shards[static_cast<std::size_t>(_hash(id)) % shardCount];
}

void RegisteredPeers::countState(Liveness state, int change) noexcept
{
    auto& count = _counts[static_cast<std::size_t>(state)];
    if (change > 0)
        count.fetch_add(1, std::memory_order_relaxed);
    else
        count.fetch_sub(1, std::memory_order_relaxed);
}

void RegisteredPeers::setState(Tracked& peer, Liveness state) noexcept
{
    countState(peer.liveness.state, -1);
    peer.liveness.state = state;
    countState(state, +1);
}

void RegisteredPeers::watch(const node::Endpoint& endpoint)
{
    const std::lock_guard lock(_endpointMutex);
    ++_endpoints[_hash(endpoint)];
}

void RegisteredPeers::unwatch(const node::Endpoint& endpoint)
{
    const std::lock_guard lock(_endpointMutex);
    const auto found = _endpoints.find(_hash(endpoint));
    if (found != _endpoints.end() && --found->second == 0)
        _endpoints.erase(found);
}

bool RegisteredPeers::knows(const node::Endpoint& endpoint) const
{
    const std::lock_guard lock(_endpointMutex);
    return _endpoints.contains(_hash(endpoint));
}

void RegisteredPeers::schedule(Shard& shard, const node::Hash256& id, Tracked& peer, MonotonicTime due)
{
    peer.due = due;
    shard.turns.push({due, id});
}

void RegisteredPeers::put(const node::Hash256& id, const node::NodeEndpoint& endpoint, bool reachable,
                          MonotonicTime now)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto [place, isNew] = shard.peers.try_emplace(id);
    Tracked& peer = place->second;
    if (!isNew && peer.endpoint == endpoint)
        return;
    const bool moved = !isNew && peer.endpoint.udpEndpoint() != endpoint.udpEndpoint();
    if (isNew)
        countState(Liveness::pending, +1);
    if (moved)
        unwatch(peer.endpoint.udpEndpoint());
    peer.endpoint = endpoint;
    if (!isNew && !moved)
        return;
    watch(endpoint.udpEndpoint());
    setState(peer, Liveness::pending);
    peer.liveness.lastPong.reset();
    peer.liveness.roundTrip.reset();
    peer.failures = 0;
    if (reachable)
        schedule(shard, id, peer, now);
}

std::optional<RegisteredPeers::Departed> RegisteredPeers::remove(const node::Hash256& id)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.peers.find(id);
    if (found == shard.peers.end())
        return std::nullopt;
    const Departed departed{found->second.endpoint, found->second.liveness};
    countState(found->second.liveness.state, -1);
    unwatch(found->second.endpoint.udpEndpoint());
    shard.peers.erase(found);
    return departed;
}

bool RegisteredPeers::contains(const node::Hash256& id) const
{
    const Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    return shard.peers.contains(id);
}

bool RegisteredPeers::isAt(const node::Hash256& id, const node::IpAddress& ip) const
{
    const Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.peers.find(id);
    return found != shard.peers.end() && found->second.endpoint.ip == ip;
}

std::vector<RegisteredPeers::Due> RegisteredPeers::due(MonotonicTime now, std::size_t limit)
{
    std::vector<Due> ready;
    if (size() == 0)
        return ready;
    // Another shard is first each time, so that none starves when there is more than the limit.
    const std::size_t first = _nextShard.fetch_add(1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < shardCount && ready.size() < limit; ++i) {
        Shard& shard = *_shards[(first + i) % shardCount];
        const std::lock_guard lock(shard.mutex);
        while (!shard.turns.empty() && shard.turns.top().due <= now && ready.size() < limit) {
            const Turn turn = shard.turns.top();
            shard.turns.pop();
            const auto found = shard.peers.find(turn.id);
            if (found == shard.peers.end() || found->second.due != turn.due)
                continue;
            ready.push_back({turn.id, found->second.endpoint});
            schedule(shard, turn.id, found->second, now + _parameters.livenessInterval);
        }
    }
    return ready;
}

bool RegisteredPeers::pong(const node::Hash256& id, const node::Endpoint& asked, Duration roundTrip,
                           WallTime wall, MonotonicTime now)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.peers.find(id);
    if (found == shard.peers.end() || found->second.endpoint.udpEndpoint() != asked)
        return false;
    Tracked& peer = found->second;
    const bool becameLive = peer.liveness.state != Liveness::live;
    setState(peer, Liveness::live);
    peer.liveness.lastPong = wall;
    peer.liveness.roundTrip = roundTrip;
    peer.failures = 0;
    schedule(shard, id, peer, now + _parameters.livenessInterval);
    return becameLive;
}

bool RegisteredPeers::failed(const node::Hash256& id, const node::Endpoint& to, MonotonicTime now)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.peers.find(id);
    if (found == shard.peers.end() || found->second.endpoint.udpEndpoint() != to)
        return false;
    Tracked& peer = found->second;
    const bool wasLive = peer.liveness.state == Liveness::live;
    schedule(shard, id, peer, now + retryAfter(peer.failures));
    if (++peer.failures < failuresAllowed)
        return false;
    setState(peer, Liveness::unresponsive);
    return wasLive;
}

std::optional<discovery::PeerLiveness> RegisteredPeers::liveness(const node::Hash256& id) const
{
    const Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.peers.find(id);
    if (found == shard.peers.end())
        return std::nullopt;
    return found->second.liveness;
}

std::vector<node::Hash256> RegisteredPeers::live() const
{
    std::vector<node::Hash256> ids;
    for (const auto& shard : _shards) {
        const std::lock_guard lock(shard->mutex);
        for (const auto& [id, peer] : shard->peers)
            if (peer.liveness.state == Liveness::live)
                ids.push_back(id);
    }
    return ids;
}

std::size_t RegisteredPeers::count(Liveness state) const noexcept
{
    return _counts[static_cast<std::size_t>(state)].load(std::memory_order_relaxed);
}

std::size_t RegisteredPeers::size() const noexcept
{
    return count(Liveness::pending) + count(Liveness::live) + count(Liveness::unresponsive);
}

} // namespace waymark::discv4::engine
