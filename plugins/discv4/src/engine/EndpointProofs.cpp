#include "engine/EndpointProofs.h"

#include "engine/Reach.h"

#include <algorithm>

namespace waymark::discv4::engine
{

namespace
{

constexpr std::size_t shardCount = 16;
/// How many of the oldest proofs are looked at for one that may go.
constexpr std::size_t oldestExamined = 256;
/// One prefix never has more than all proofs divided by this.
constexpr std::size_t leastPrefixes = 4;

} // namespace

EndpointProofs::EndpointProofs(const Parameters& parameters, std::uint64_t seed)
    : _parameters(parameters), _hash(seed), _addresses(~seed, filterSlots(parameters.maximumProofs))
{
    for (std::size_t i = 0; i < shardCount; ++i)
        _shards.push_back(std::make_unique<Shard>(TableHash{_hash}));
}

EndpointProofs::Shard& EndpointProofs::shardOf(const node::IpAddress& ip) const noexcept
{
    return *_shards[static_cast<std::size_t>(_hash(prefixOf(ip))) % shardCount];
}

EndpointProofs::State EndpointProofs::state(const NodeAddress& who, MonotonicTime now) const
{
    if (!mayKnow(who.ip))
        return State::none;
    const Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    return found == shard.entries.end() ? State::none : stateOf(found->second, now);
}

EndpointProofs::State EndpointProofs::stateOf(const Entry& entry, MonotonicTime now) const noexcept
{
    const Duration age = now - entry.provenAt;
    if (age >= _parameters.proofValidity)
        return State::expired;
    const bool isDue = entry.doubted || age >= _parameters.proofValidity / 4 * 3;
    return isDue ? State::aging : State::proven;
}

EndpointProofs::State EndpointProofs::pinging(const NodeAddress& who, MonotonicTime now)
{
    if (!mayKnow(who.ip))
        return State::none;
    Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    if (found == shard.entries.end())
        return State::none;
    const State state = stateOf(found->second, now);
    if (state >= State::aging)
        found->second.pingedAt = now;
    return state;
}

bool EndpointProofs::knows(const node::Endpoint& endpoint) const
{
    if (!mayKnow(endpoint.ip))
        return false;
    const Shard& shard = shardOf(endpoint.ip);
    const std::lock_guard lock(shard.mutex);
    return shard.endpoints.contains(endpoint);
}

bool EndpointProofs::prove(const node::Hash256& id, const node::Endpoint& where, bool pinged,
                           MonotonicTime now, Standing standing)
{
    const NodeAddress who{id, where.ip};
    Shard& shard = shardOf(where.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    if (found == shard.entries.end()) {
        if (standing == Standing::stranger && !hasShare(shard, where.ip, now))
            return false;
        if (size() >= _parameters.maximumProofs)
            makeRoom(shard, now);
    }
    Entry& entry = found == shard.entries.end() ? insert(shard, who, where) : found->second;
    renew(shard, entry, where, now);
    entry.standing = standing;
    if (pinged)
        entry.pingedAt = now;
    return true;
}

/// All of it or, without memory, none.
EndpointProofs::Entry& EndpointProofs::insert(Shard& shard, const NodeAddress& who,
                                              const node::Endpoint& where)
{
    std::list<NodeAddress> age{who};
    const auto entry = shard.entries.emplace(who, Entry{}).first;
    try {
        ++shard.endpoints[where];
        try {
            ++shard.prefixes[prefixOf(where.ip)];
        } catch (...) {
            letGo(shard, where);
            throw;
        }
    } catch (...) {
        shard.entries.erase(entry);
        throw;
    }
    _addresses.add(where.ip);
    entry->second.where = where;
    entry->second.age = age.begin();
    shard.oldestFirst.splice(shard.oldestFirst.end(), age);
    _size.fetch_add(1, std::memory_order_relaxed);
    return entry->second;
}

void EndpointProofs::renew(Shard& shard, Entry& entry, const node::Endpoint& where, MonotonicTime now)
{
    entry.provenAt = now;
    entry.doubted = false;
    shard.oldestFirst.splice(shard.oldestFirst.end(), shard.oldestFirst, entry.age);
    if (entry.where == where)
        return;
    ++shard.endpoints[where]; // first: this alone may fail
    letGo(shard, entry.where);
    entry.where = where;
}

void EndpointProofs::doubt(const NodeAddress& who)
{
    Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    if (found != shard.entries.end())
        found->second.doubted = true;
}

bool EndpointProofs::isExpired(const Shard& shard, const NodeAddress& who, MonotonicTime now) const
{
    return now - shard.entries.at(who).provenAt >= _parameters.proofValidity;
}

/// Whether another stranger of the prefix may have a proof.
bool EndpointProofs::hasShare(Shard& shard, const node::IpAddress& ip, MonotonicTime now)
{
    if (isLocal(ip))
        return true;
    const auto prefix = prefixOf(ip);
    const std::size_t most = std::min(_parameters.maximumProofsPerPrefix,
                                      std::max<std::size_t>(_parameters.maximumProofs / leastPrefixes, 1));
    const auto share = shard.prefixes.find(prefix);
    if (share == shard.prefixes.end() || share->second < most)
        return true;
    std::size_t examined = 0;
    for (auto who = shard.oldestFirst.begin(); who != shard.oldestFirst.end(); ++who) {
        if (++examined > oldestExamined || !isExpired(shard, *who, now))
            return false;
        if (prefixOf(who->ip) == prefix) {
            erase(shard, NodeAddress(*who));
            return true;
        }
    }
    return false;
}

void EndpointProofs::makeRoom(Shard& shard, MonotonicTime now)
{
    if (!dropExpired(shard, now) && !dropExpiredElsewhere(shard, now))
        dropOldest(shard);
}

bool EndpointProofs::dropExpired(Shard& shard, MonotonicTime now)
{
    if (shard.oldestFirst.empty() || !isExpired(shard, shard.oldestFirst.front(), now))
        return false;
    erase(shard, NodeAddress(shard.oldestFirst.front()));
    return true;
}

/// Takes the other locks only where nobody holds them, as this shard's is held already.
bool EndpointProofs::dropExpiredElsewhere(const Shard& own, MonotonicTime now)
{
    for (const auto& shard : _shards) {
        if (shard.get() == &own)
            continue;
        const std::unique_lock lock(shard->mutex, std::try_to_lock);
        if (lock && dropExpired(*shard, now))
            return true;
    }
    return false;
}

void EndpointProofs::dropOldest(Shard& shard)
{
    if (shard.oldestFirst.empty())
        return;
    const auto end =
        std::next(shard.oldestFirst.begin(),
                  static_cast<std::ptrdiff_t>(std::min(shard.oldestFirst.size(), oldestExamined)));
    auto goes = std::find_if(shard.oldestFirst.begin(), end, [&](const NodeAddress& who) {
        return shard.entries.at(who).standing == Standing::stranger;
    });
    if (goes == end)
        goes = shard.oldestFirst.begin();
    erase(shard, NodeAddress(*goes));
}

void EndpointProofs::letGo(Shard& shard, const node::Endpoint& endpoint)
{
    const auto count = shard.endpoints.find(endpoint);
    if (count != shard.endpoints.end() && --count->second == 0)
        shard.endpoints.erase(count);
}

void EndpointProofs::erase(Shard& shard, const NodeAddress& who)
{
    const auto found = shard.entries.find(who);
    letGo(shard, found->second.where);
    const auto share = shard.prefixes.find(prefixOf(who.ip));
    if (share != shard.prefixes.end() && --share->second == 0)
        shard.prefixes.erase(share);
    shard.oldestFirst.erase(found->second.age);
    _addresses.remove(who.ip);
    shard.entries.erase(found);
    _size.fetch_sub(1, std::memory_order_relaxed);
}

void EndpointProofs::pinged(const NodeAddress& who, MonotonicTime now)
{
    Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    if (found != shard.entries.end())
        found->second.pingedAt = now;
}

void EndpointProofs::notPinged(const NodeAddress& who)
{
    Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    if (found != shard.entries.end())
        found->second.pingedAt.reset();
}

bool EndpointProofs::hasProvenSince(const NodeAddress& who, MonotonicTime since) const
{
    const Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    return found != shard.entries.end() && found->second.provenAt >= since;
}

bool EndpointProofs::pingedWithin(const NodeAddress& who, Duration period, MonotonicTime now) const
{
    const Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    return found != shard.entries.end() && found->second.pingedAt && now - *found->second.pingedAt < period;
}

std::uint64_t EndpointProofs::expirationFor(const NodeAddress& who, std::uint64_t earliest)
{
    Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    if (found == shard.entries.end())
        return earliest;
    auto& last = found->second.lastExpiration;
    last = std::max(earliest, last + 1);
    return last;
}

bool EndpointProofs::firstRequest(const NodeAddress& who, const node::Hash256& requestHash)
{
    Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    if (found == shard.entries.end())
        return true;
    Entry& entry = found->second;
    const auto tag = static_cast<std::uint32_t>(_hash(requestHash) | 1);
    if (std::ranges::find(entry.requests, tag) != entry.requests.end())
        return false;
    entry.requests[entry.nextRequest] = tag;
    entry.nextRequest = (entry.nextRequest + 1) % entry.requests.size();
    return true;
}

void EndpointProofs::sweep(MonotonicTime now)
{
    for (const auto& shard : _shards) {
        const std::lock_guard lock(shard->mutex);
        while (!shard->oldestFirst.empty()) {
            const NodeAddress oldest = shard->oldestFirst.front();
            if (now - shard->entries.at(oldest).provenAt < 2 * _parameters.proofValidity)
                break;
            erase(*shard, oldest);
        }
    }
}

} // namespace waymark::discv4::engine
