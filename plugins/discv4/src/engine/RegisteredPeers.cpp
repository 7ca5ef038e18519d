#include "engine/RegisteredPeers.h"

#include <algorithm>

namespace waymark::discv4::engine
{

using discovery::Liveness;
using registered::PackedPeers;
using registered::Turn;

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

constexpr std::array<node::IpFamily, 2> families{node::IpFamily::v4, node::IpFamily::v6};

} // namespace

RegisteredPeers::RegisteredPeers(const Parameters& parameters, std::uint64_t seed)
    : _parameters(parameters),
      _advertise(parameters.advertise),
      _hash(seed),
      _ids(seed + 1, parameters.filterSlots),
      _unresponsive(seed + 2, parameters.filterSlots),
      _expected(seed + 3, parameters.filterSlots)
{
    for (std::size_t i = 0; i < shardCount; ++i) {
        _shards.push_back(std::make_unique<Shard>(_hash));
        _endpoints.push_back(std::make_unique<Expected>());
    }
}

RegisteredPeers::Shard& RegisteredPeers::shardOf(const node::Hash256& id) const noexcept
{
    return *_shards[static_cast<std::size_t>(_hash.bytes(registered::shortOf(id))) % shardCount];
}

void RegisteredPeers::countState(const node::Hash256& id, Liveness state, int change) noexcept
{
    const bool isUnresponsive = state == Liveness::unresponsive;
    auto& count = _counts[static_cast<std::size_t>(state)];
    if (change > 0) {
        count.fetch_add(1, std::memory_order_relaxed);
        if (isUnresponsive)
            _unresponsive.add(id);
    } else {
        count.fetch_sub(1, std::memory_order_relaxed);
        if (isUnresponsive)
            _unresponsive.remove(id);
    }
}

RegisteredPeers::Change RegisteredPeers::judge(const node::Hash256& id, TrackedPeer& peer) noexcept
{
    const Liveness before = peer.liveness.state;
    const Liveness now = peer.best();
    if (now == before)
        return Change::none;
    countState(id, now, +1);
    countState(id, before, -1);
    peer.liveness.state = now;
    const bool wasLive = before == Liveness::live;
    const bool isLive = now == Liveness::live;
    if (wasLive == isLive)
        return Change::none;
    return isLive ? Change::found : Change::lost;
}

std::optional<node::PublicKey> RegisteredPeers::keyOf(const node::Hash256& id, const TrackedPeer& peer) const
{
    if (peer.elsewhere)
        return peer.elsewhere->key;
    registry::ClosestPeer told;
    const bool isThere = peer.isTold && _told.closest({id}, {&told, 1}).count == 1 && told.nodeId == id;
    return isThere ? std::optional(told.key) : std::nullopt;
}

void RegisteredPeers::publish(const node::Hash256& id, TrackedPeer& peer,
                              const std::optional<node::PublicKey>& key)
{
    const Advertise advertise = _advertise.load();
    registry::PeerIndex::Update update{id, {}};
    if (key && (advertise == Advertise::live || peer.hasMoved())) {
        const auto v4 = peer.told(node::IpFamily::v4, advertise);
        const auto v6 = peer.told(node::IpFamily::v6, advertise);
        if (v4 || v6)
            update.entry = {id, *key, v4, v6};
    }
    if (!update.entry && !peer.isTold)
        return;
    _told.apply({&update, 1});
    peer.isTold = update.entry.has_value();
}

RegisteredPeers::Expected& RegisteredPeers::expectedAt(std::uint64_t endpointHash) const noexcept
{
    return *_endpoints[endpointHash % shardCount];
}

void RegisteredPeers::watch(const node::Endpoint& endpoint)
{
    const std::uint64_t hash = _hash(endpoint);
    Expected& expected = expectedAt(hash);
    const std::lock_guard lock(expected.mutex);
    expected.endpoints.add(hash);
    _expected.add(hash);
}

void RegisteredPeers::unwatch(const node::Endpoint& endpoint) noexcept
{
    const std::uint64_t hash = _hash(endpoint);
    Expected& expected = expectedAt(hash);
    const std::lock_guard lock(expected.mutex);
    expected.endpoints.remove(hash);
    _expected.remove(hash);
}

bool RegisteredPeers::knows(const node::Endpoint& endpoint) const
{
    const std::uint64_t hash = _hash(endpoint);
    if (!_expected.mayContain(hash))
        return false;
    const Expected& expected = expectedAt(hash);
    const std::lock_guard lock(expected.mutex);
    return expected.endpoints.contains(hash);
}

void RegisteredPeers::schedule(Shard& shard, Number peer, Spot& spot, SpotKind kind, MonotonicTime due)
{
    const Turn turn(due, peer, spot.endpoint.ip.family(), kind);
    shard.turns.push(turn);
    spot.turn = turn.mark();
}

std::optional<RegisteredPeers::Departed> RegisteredPeers::put(const Registration& registration,
                                                              MonotonicTime now)
{
    const auto& id = registration.id;
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    auto number = shard.peers.find(id);
    if (!number) {
        number = shard.peers.add(id);
        _ids.add(id);
        countState(id, Liveness::pending, +1);
    }
    PackedPeers::Writing writing(shard.peers, *number);
    if (std::ranges::any_of(registration.places, [](const Place& each) { return each.endpoint.ip.isV6(); }))
        writing.unpack();
    TrackedPeer& peer = *writing;
    const Departed former = departedOf(peer);
    bool hasMoved = false;
    for (const node::IpFamily family : families) {
        const auto wanted = std::ranges::find(registration.places, family,
                                              [](const Place& place) { return place.endpoint.ip.family(); });
        const bool isWanted = wanted != registration.places.end();
        hasMoved |=
            place(shard, *number, peer.spot(family), isWanted ? std::optional(*wanted) : std::nullopt, now);
        auto* const seen = peer.seen(family);
        if (isWanted && seen && *seen && (*seen)->endpoint.udpEndpoint() == wanted->endpoint.udpEndpoint())
            forget(*seen);
    }
    peer.recordSeq = std::max(peer.recordSeq, registration.recordSeq);
    const Change change = judge(id, peer);
    if (hasMoved && peer.liveness.state != Liveness::live) {
        peer.liveness.lastPong.reset();
        peer.liveness.roundTrip.reset();
    }
    publish(id, peer, registration.key);
    return change == Change::lost ? std::optional(former) : std::nullopt;
}

bool RegisteredPeers::place(Shard& shard, Number peer, std::optional<Spot>& spot,
                            const std::optional<Place>& wanted, MonotonicTime now)
{
    const bool isThere = spot.has_value();
    if (isThere && wanted && spot->endpoint.udpEndpoint() == wanted->endpoint.udpEndpoint() &&
        spot->isReachable == wanted->isReachable) {
        spot->endpoint = wanted->endpoint;
        return false;
    }
    // What needs memory comes first: without it nothing has changed.
    std::uint16_t turn = 0;
    if (wanted) {
        watch(wanted->endpoint.udpEndpoint());
        try {
            const Turn first(now, peer, wanted->endpoint.ip.family(), SpotKind::registered);
            if (wanted->isReachable)
                shard.turns.push(first);
            turn = first.mark();
        } catch (...) {
            unwatch(wanted->endpoint.udpEndpoint());
            throw;
        }
    }
    if (isThere)
        unwatch(spot->endpoint.udpEndpoint());
    spot.reset();
    if (wanted)
        spot = Spot{wanted->endpoint, wanted->isReachable, true, Liveness::pending, 0, turn};
    return isThere;
}

Spot& RegisteredPeers::see(TrackedPeer& peer, const Answer& answer)
{
    const auto family = answer.asked.ip.family();
    makeElsewhere(peer, answer.key);
    const auto& registered = peer.spot(family);
    watch(answer.asked);
    auto& seen = *peer.seen(family);
    forget(seen);
    const std::uint16_t tcp = answer.tcp.value_or(registered ? registered->endpoint.tcp : 0);
    return seen.emplace(Spot{{answer.asked.ip, answer.asked.port, tcp}, true, true, Liveness::pending, 0, 0});
}

void RegisteredPeers::expect(const node::PublicKey& key, const node::Hash256& id,
                             const node::NodeEndpoint& endpoint, MonotonicTime now)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto number = shard.peers.find(id);
    if (!number)
        return;
    PackedPeers::Writing writing(shard.peers, *number);
    if (writing->at(endpoint.udpEndpoint()).spot != nullptr)
        return;
    writing.unpack();
    TrackedPeer& peer = *writing;
    makeElsewhere(peer, key);
    auto& seen = *peer.seen(endpoint.ip.family());
    if (seen && seen->state == Liveness::live)
        return;
    const Turn turn(now, *number, endpoint.ip.family(), SpotKind::seen);
    shard.turns.push(turn);
    forget(seen);
    // Only what it proves makes the endpoint its own.
    seen = Spot{endpoint, true, false, Liveness::pending, 0, turn.mark()};
}

void RegisteredPeers::makeElsewhere(TrackedPeer& peer, const node::PublicKey& key)
{
    if (!peer.elsewhere)
        peer.elsewhere = std::make_unique<TrackedPeer::Elsewhere>(TrackedPeer::Elsewhere{key, {}});
}

void RegisteredPeers::forget(std::optional<Spot>& seen)
{
    if (seen && seen->isExpected)
        unwatch(seen->endpoint.udpEndpoint());
    seen.reset();
}

RegisteredPeers::Departed RegisteredPeers::departedOf(const TrackedPeer& peer)
{
    Departed departed{{}, peer.liveness};
    bool isReachable = false;
    for (const node::IpFamily family : families) {
        const auto& spot = peer.spot(family);
        if (!spot)
            continue;
        if (!isReachable)
            departed.endpoint = spot->endpoint;
        isReachable |= spot->isReachable;
    }
    return departed;
}

std::optional<RegisteredPeers::Departed> RegisteredPeers::remove(const node::Hash256& id)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto number = shard.peers.find(id);
    if (!number)
        return std::nullopt;
    PackedPeers::Reading peer(shard.peers, *number);
    const Departed departed = departedOf(*peer);
    if (peer->isTold) {
        const registry::PeerIndex::Update update{id, {}};
        _told.apply({&update, 1});
    }
    for (const node::IpFamily family : families) {
        if (const Spot* const seen = peer->seen(family); seen != nullptr && seen->isExpected)
            unwatch(seen->endpoint.udpEndpoint());
        if (const auto& spot = peer->spot(family))
            unwatch(spot->endpoint.udpEndpoint());
    }
    countState(id, departed.liveness.state, -1);
    _ids.remove(id);
    shard.peers.erase(*number);
    return departed;
}

bool RegisteredPeers::contains(const node::Hash256& id) const
{
    if (!_ids.mayContain(id))
        return false;
    const Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    return shard.peers.find(id).has_value();
}

RegisteredPeers::Standing RegisteredPeers::standing(const node::Hash256& id,
                                                    const node::Endpoint& endpoint) const
{
    if (!_ids.mayContain(id))
        return {};
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto number = shard.peers.find(id);
    if (!number)
        return {};
    const PackedPeers::Reading peer(shard.peers, *number);
    const auto& registered = peer->spot(endpoint.ip.family());
    const Spot* const seen = peer->seen(endpoint.ip.family());
    const bool isAtAddress = (registered && registered->endpoint.ip == endpoint.ip) ||
                             (seen && seen->isExpected && seen->endpoint.ip == endpoint.ip);
    return {true, isAtAddress, peer->isAt(endpoint), peer->recordSeq};
}

std::vector<RegisteredPeers::Due> RegisteredPeers::due(MonotonicTime now, std::size_t limit)
{
    std::vector<Due> ready;
    if (size() == 0)
        return ready;
    ready.reserve(limit);
    // Another shard is first each time, so that none starves when there is more than the limit.
    const std::size_t first = _nextShard.fetch_add(1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < shardCount && ready.size() < limit; ++i) {
        Shard& shard = *_shards[(first + i) % shardCount];
        const std::lock_guard lock(shard.mutex);
        while (!shard.turns.empty() && shard.turns.top().isDue(now) && ready.size() < limit) {
            // The next turn is noted before this one goes: without memory none is lost.
            const Turn turn = shard.turns.top();
            take(shard, turn, now, ready);
            shard.turns.pop();
        }
    }
    return ready;
}

void RegisteredPeers::take(Shard& shard, const Turn& turn, MonotonicTime now, std::vector<Due>& ready) const
{
    if (!shard.peers.contains(turn.peer()))
        return;
    PackedPeers::Writing peer(shard.peers, turn.peer());
    Spot* const spot = peer->spot(turn.family(), turn.kind());
    if (spot == nullptr || spot->turn != turn.mark())
        return;
    schedule(shard, turn.peer(), *spot, turn.kind(), now + _parameters.livenessInterval);
    ready.push_back({shard.peers.idOf(turn.peer()), spot->endpoint});
}

RegisteredPeers::Change RegisteredPeers::pong(const Answer& answer, MonotonicTime now)
{
    Shard& shard = shardOf(answer.id);
    const std::lock_guard lock(shard.mutex);
    const auto number = shard.peers.find(answer.id);
    if (!number)
        return Change::none;
    PackedPeers::Writing writing(shard.peers, *number);
    if (writing->at(answer.asked).spot == nullptr)
        writing.unpack();
    TrackedPeer& peer = *writing;
    auto [spot, kind] = peer.at(answer.asked);
    if (spot == nullptr) {
        spot = &see(peer, answer);
        kind = SpotKind::seen;
    }
    const bool isNews = spot->state != Liveness::live;
    if (isNews || spot->failures > 0) // else take() has done so
        schedule(shard, *number, *spot, kind, now + _parameters.livenessInterval);
    if (!spot->isExpected)
        watch(answer.asked);
    spot->isExpected = true;
    auto& registered = peer.spot(answer.asked.ip.family());
    if (isNews && kind == SpotKind::seen && registered && registered->state == Liveness::live)
        schedule(shard, *number, *registered, SpotKind::registered, now);
    spot->state = Liveness::live;
    spot->failures = 0;
    const Change change = judge(answer.id, peer);
    if (kind == SpotKind::registered || peer.hasMoved(answer.asked.ip.family())) {
        peer.liveness.lastPong = answer.wall;
        peer.liveness.roundTrip = answer.roundTrip;
    }
    if (isNews || !peer.isTold)
        publish(answer.id, peer, answer.key);
    return change;
}

void RegisteredPeers::postpone(const node::Hash256& id, const node::Endpoint& to, MonotonicTime due)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto number = shard.peers.find(id);
    if (!number)
        return;
    PackedPeers::Writing peer(shard.peers, *number);
    if (const auto [spot, kind] = peer->at(to); spot != nullptr)
        schedule(shard, *number, *spot, kind, due);
}

RegisteredPeers::Change RegisteredPeers::failed(const node::Hash256& id, const node::Endpoint& to,
                                                MonotonicTime now)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto number = shard.peers.find(id);
    if (!number)
        return Change::none;
    PackedPeers::Writing writing(shard.peers, *number);
    TrackedPeer& peer = *writing;
    const auto [spot, kind] = peer.at(to);
    if (spot == nullptr)
        return Change::none;
    schedule(shard, *number, *spot, kind, now + retryAfter(spot->failures));
    if (++spot->failures < failuresAllowed)
        return Change::none;
    if (kind == SpotKind::seen)
        forget(*peer.seen(to.ip.family()));
    else
        spot->state = Liveness::unresponsive;
    const Change change = judge(id, peer);
    publish(id, peer, keyOf(id, peer));
    return change;
}

std::optional<std::uint64_t> RegisteredPeers::recordSeq(const node::Hash256& id) const
{
    if (!_ids.mayContain(id))
        return std::nullopt;
    const Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto number = shard.peers.find(id);
    return number ? std::optional(PackedPeers::Reading(shard.peers, *number)->recordSeq) : std::nullopt;
}

void RegisteredPeers::setRecordSeq(const node::Hash256& id, std::uint64_t seq)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto number = shard.peers.find(id);
    if (!number)
        return;
    PackedPeers::Writing peer(shard.peers, *number);
    peer->recordSeq = std::max(peer->recordSeq, seq);
}

std::optional<discovery::PeerLiveness> RegisteredPeers::liveness(const node::Hash256& id) const
{
    const Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto number = shard.peers.find(id);
    return number ? std::optional(PackedPeers::Reading(shard.peers, *number)->liveness) : std::nullopt;
}

bool RegisteredPeers::isUnresponsive(const node::Hash256& id) const
{
    if (!_unresponsive.mayContain(id))
        return false;
    const auto known = liveness(id);
    return known && known->state == Liveness::unresponsive;
}

std::vector<registered::ShortId> RegisteredPeers::live() const
{
    std::vector<registered::ShortId> ids;
    for (const auto& shard : _shards) {
        const std::lock_guard lock(shard->mutex);
        shard->peers.each([&](Number number) {
            if (PackedPeers::Reading(shard->peers, number)->liveness.state == Liveness::live)
                ids.push_back(shard->peers.idOf(number));
        });
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
