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

std::size_t indexOf(node::IpFamily family) noexcept
{
    return static_cast<std::size_t>(family);
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

void RegisteredPeers::judge(Tracked& peer) noexcept
{
    countState(peer.liveness.state, -1);
    peer.liveness.state = peer.best();
    countState(peer.liveness.state, +1);
}

RegisteredPeers::Spot* RegisteredPeers::Tracked::at(const node::Endpoint& endpoint) noexcept
{
    auto& spot = spots[indexOf(endpoint.ip.family())];
    return spot && spot->place.endpoint.udpEndpoint() == endpoint ? &*spot : nullptr;
}

Liveness RegisteredPeers::Tracked::best() const noexcept
{
    std::optional<Liveness> found;
    for (const auto& spot : spots) {
        if (!spot || !spot->place.reachable)
            continue;
        const bool isBetter = !found || spot->state == Liveness::live || *found == Liveness::unresponsive;
        if (isBetter && found != Liveness::live)
            found = spot->state;
    }
    return found.value_or(Liveness::pending);
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

void RegisteredPeers::schedule(Shard& shard, const node::Hash256& id, Spot& spot, MonotonicTime due)
{
    spot.due = due;
    shard.turns.push({due, id, spot.place.endpoint.ip.family()});
}

void RegisteredPeers::put(const node::Hash256& id, std::span<const Place> places, MonotonicTime now)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto [found, isNew] = shard.peers.try_emplace(id);
    Tracked& peer = found->second;
    if (isNew)
        countState(Liveness::pending, +1);
    bool hasMoved = false;
    for (const node::IpFamily family : {node::IpFamily::v4, node::IpFamily::v6}) {
        const auto wanted =
            std::ranges::find(places, family, [](const Place& place) { return place.endpoint.ip.family(); });
        hasMoved |= this->place(shard, id, peer.spots[indexOf(family)],
                                wanted == places.end() ? std::nullopt : std::optional(*wanted), now);
    }
    judge(peer);
    if (hasMoved && peer.liveness.state != Liveness::live) {
        peer.liveness.lastPong.reset();
        peer.liveness.roundTrip.reset();
    }
}

bool RegisteredPeers::place(Shard& shard, const node::Hash256& id, std::optional<Spot>& spot,
                            const std::optional<Place>& wanted, MonotonicTime now)
{
    const bool isThere = spot.has_value();
    if (isThere && wanted && spot->place.endpoint.udpEndpoint() == wanted->endpoint.udpEndpoint() &&
        spot->place.reachable == wanted->reachable) {
        spot->place = *wanted;
        return false;
    }
    if (isThere)
        unwatch(spot->place.endpoint.udpEndpoint());
    spot.reset();
    if (!wanted)
        return isThere;
    spot = Spot{*wanted, Liveness::pending, 0, {}};
    watch(wanted->endpoint.udpEndpoint());
    if (wanted->reachable)
        schedule(shard, id, *spot, now);
    return isThere;
}

std::optional<RegisteredPeers::Departed> RegisteredPeers::remove(const node::Hash256& id)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.peers.find(id);
    if (found == shard.peers.end())
        return std::nullopt;
    Departed departed{{}, found->second.liveness};
    bool isReachable = false;
    for (const auto& spot : found->second.spots) {
        if (!spot)
            continue;
        unwatch(spot->place.endpoint.udpEndpoint());
        if (!isReachable)
            departed.endpoint = spot->place.endpoint;
        isReachable |= spot->place.reachable;
    }
    countState(departed.liveness.state, -1);
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
    if (found == shard.peers.end())
        return false;
    const auto& spot = found->second.spots[indexOf(ip.family())];
    return spot && spot->place.endpoint.ip == ip;
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
            if (found == shard.peers.end())
                continue;
            auto& spot = found->second.spots[indexOf(turn.family)];
            if (!spot || spot->due != turn.due)
                continue;
            ready.push_back({turn.id, spot->place.endpoint});
            schedule(shard, turn.id, *spot, now + _parameters.livenessInterval);
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
    Spot* const spot = found == shard.peers.end() ? nullptr : found->second.at(asked);
    if (spot == nullptr)
        return false;
    Tracked& peer = found->second;
    const bool wasLive = peer.liveness.state == Liveness::live;
    spot->state = Liveness::live;
    spot->failures = 0;
    schedule(shard, id, *spot, now + _parameters.livenessInterval);
    peer.liveness.lastPong = wall;
    peer.liveness.roundTrip = roundTrip;
    judge(peer);
    return !wasLive;
}

bool RegisteredPeers::failed(const node::Hash256& id, const node::Endpoint& to, MonotonicTime now)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.peers.find(id);
    Spot* const spot = found == shard.peers.end() ? nullptr : found->second.at(to);
    if (spot == nullptr)
        return false;
    Tracked& peer = found->second;
    const bool wasLive = peer.liveness.state == Liveness::live;
    schedule(shard, id, *spot, now + retryAfter(spot->failures));
    if (++spot->failures < failuresAllowed)
        return false;
    spot->state = Liveness::unresponsive;
    judge(peer);
    return wasLive && peer.liveness.state != Liveness::live;
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
