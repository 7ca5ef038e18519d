#include "engine/EndpointProofs.h"

#include "engine/Reach.h"

#include <algorithm>

namespace waymark::discv4::engine
{

namespace
{

constexpr std::size_t shardCount = 16;

} // namespace

EndpointProofs::EndpointProofs(const Parameters& parameters, std::uint64_t seed)
    : _parameters(parameters), _hash(seed)
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
    const Shard& shard = shardOf(who.ip);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(who);
    if (found == shard.entries.end())
        return State::none;
    const Duration age = now - found->second.provenAt;
    if (age >= _parameters.proofValidity)
        return State::expired;
    return age >= _parameters.proofValidity / 4 * 3 ? State::aging : State::proven;
}

bool EndpointProofs::knows(const node::Endpoint& endpoint) const
{
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
    auto found = shard.entries.find(who);
    if (found == shard.entries.end()) {
        if (!makeRoom(shard, where.ip, standing))
            return false;
        found = shard.entries.emplace(who, Entry{}).first;
        found->second.where = where;
        found->second.age = shard.oldestFirst.insert(shard.oldestFirst.end(), who);
        ++shard.endpoints[where];
        ++shard.prefixes[prefixOf(where.ip)];
        _size.fetch_add(1, std::memory_order_relaxed);
    }
    renew(shard, found->second, where, now);
    if (pinged)
        found->second.pingedAt = now;
    return true;
}

void EndpointProofs::renew(Shard& shard, Entry& entry, const node::Endpoint& where, MonotonicTime now)
{
    entry.provenAt = now;
    shard.oldestFirst.splice(shard.oldestFirst.end(), shard.oldestFirst, entry.age);
    if (entry.where == where)
        return;
    letGo(shard, entry.where);
    entry.where = where;
    ++shard.endpoints[where];
}

bool EndpointProofs::makeRoom(Shard& shard, const node::IpAddress& ip, Standing standing)
{
    if (standing == Standing::stranger && !isLocal(ip)) {
        const auto share = shard.prefixes.find(prefixOf(ip));
        if (share != shard.prefixes.end() && share->second >= _parameters.maximumProofsPerPrefix)
            return false;
    }
    if (size() < _parameters.maximumProofs)
        return true;
    if (shard.oldestFirst.empty())
        return false;
    const NodeAddress oldest = shard.oldestFirst.front();
    erase(shard, oldest);
    return true;
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
    if (found->second.lastRequest == requestHash)
        return false;
    found->second.lastRequest = requestHash;
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
