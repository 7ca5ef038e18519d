#include "engine/PendingPings.h"

#include <algorithm>

namespace waymark::discv4::engine
{

namespace
{

constexpr std::size_t shardCount = 16;

} // namespace

PendingPings::PendingPings(const Parameters& parameters, std::uint64_t seed)
    : _parameters(parameters), _hash(seed), _hashes(~seed, filterSlots(2 * parameters.maximumPendingPings))
{
    for (std::size_t i = 0; i < shardCount; ++i)
        _shards.push_back(std::make_unique<Shard>(TableHash{_hash}));
}

PendingPings::Shard& PendingPings::shardOf(const node::Hash256& id) const noexcept
{
    return *_shards[static_cast<std::size_t>(_hash(id)) % shardCount];
}

void PendingPings::forget(const Ping& ping) noexcept
{
    _size.fetch_sub(1, std::memory_order_relaxed);
    if (ping.hash)
        _hashes.remove(*ping.hash);
    release(ping.account);
}

bool PendingPings::charge(Account account) noexcept
{
    auto& charged = _accounts[static_cast<std::size_t>(account)];
    const std::size_t before = charged.fetch_add(1, std::memory_order_relaxed);
    if (account == Account::own || before < _parameters.maximumPendingPings)
        return true;
    release(account);
    return false;
}

void PendingPings::release(Account account) noexcept
{
    _accounts[static_cast<std::size_t>(account)].fetch_sub(1, std::memory_order_relaxed);
}

bool PendingPings::isOver(const Ping& ping, MonotonicTime now, std::uint64_t second) const noexcept
{
    return now - ping.sentAt >= _parameters.requestTimeout && second != ping.second;
}

PendingPings::Reserved PendingPings::reserve(const node::Hash256& id, const Ping& ping)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const NodeAddress who{id, ping.to.ip};
    if (const auto found = shard.pings.find(who); found != shard.pings.end()) {
        // What is over makes room, whether or not it was swept away yet.
        std::erase_if(found->second, [&](const Ping& other) {
            const bool gone = isOver(other, ping.sentAt, ping.second);
            if (gone)
                forget(other);
            return gone;
        });
        const auto same = std::ranges::find(found->second, ping.to, &Ping::to);
        if (same != found->second.end()) {
            same->answersPing |= ping.answersPing;
            if (ping.enrSeq)
                same->enrSeq = ping.enrSeq;
            if (ping.tcp && (ping.answersPing || !same->tcp))
                same->tcp = ping.tcp;
            if (ping.account == Account::own && same->account != Account::own) {
                release(same->account);
                static_cast<void>(charge(Account::own));
                same->account = Account::own;
            }
            return same->answered ? Reserved::early : Reserved::pending;
        }
        if (ping.account != Account::own && found->second.size() >= endpointsPerAddress)
            return Reserved::full;
    }
    auto& pings = shard.pings[who];
    pings.push_back(ping); // before it is charged: nothing releases what failed for want of memory
    if (!charge(ping.account)) {
        pings.pop_back();
        return Reserved::full;
    }
    _size.fetch_add(1, std::memory_order_relaxed);
    lookAt(ping.sentAt + _parameters.requestTimeout);
    return Reserved::send;
}

/// expire() looks then, or earlier. Called under the lock of the ping that it is for.
void PendingPings::lookAt(MonotonicTime time) noexcept
{
    const auto wanted = time.time_since_epoch().count();
    auto next = _nothingBefore.load();
    while (wanted < next && !_nothingBefore.compare_exchange_weak(next, wanted)) {
    }
}

void PendingPings::sent(const node::Hash256& id, const node::Endpoint& to, const node::Hash256& hash)
{
    Shard& shard = shardOf(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.pings.find({id, to.ip});
    if (found == shard.pings.end())
        return;
    const auto ping = std::ranges::find(found->second, to, &Ping::to);
    if (ping == found->second.end())
        return;
    if (ping->hash)
        _hashes.remove(*ping->hash);
    _hashes.add(hash);
    ping->hash = hash;
}

std::optional<PendingPings::Ping> PendingPings::match(const NodeAddress& from, const node::Hash256& pingHash,
                                                      MonotonicTime now)
{
    Shard& shard = shardOf(from.id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.pings.find(from);
    if (found == shard.pings.end())
        return std::nullopt;
    for (Ping& ping : found->second) {
        if (ping.answered || ping.hash != pingHash || now - ping.sentAt >= _parameters.requestTimeout)
            continue;
        ping.answered = true;
        return ping;
    }
    return std::nullopt;
}

std::vector<PendingPings::TimedOut> PendingPings::expire(MonotonicTime now, WallTime wall)
{
    std::vector<TimedOut> timedOut;
    if (now < nextDue())
        return timedOut;
    const auto wholeSecond = std::chrono::floor<std::chrono::seconds>(wall);
    const auto second = static_cast<std::uint64_t>(wholeSecond.time_since_epoch().count());
    const MonotonicTime nextSecond = now + (wholeSecond + std::chrono::seconds(1) - wall);
    // Those that stay say when to look again; so do those that come meanwhile.
    _nothingBefore.store(std::numeric_limits<MonotonicTime::rep>::max());
    for (const auto& shard : _shards) {
        const std::lock_guard lock(shard->mutex);
        for (auto entry = shard->pings.begin(); entry != shard->pings.end();) {
            const auto id = entry->first.id;
            Pings& pings = entry->second;
            for (Ping& ping : pings) {
                if (ping.account != Account::own || ping.answered ||
                    now - ping.sentAt < _parameters.requestTimeout)
                    continue;
                timedOut.push_back({id, ping.to});
                ping.answered = true;
            }
            std::erase_if(pings, [&](const Ping& ping) {
                const bool gone = isOver(ping, now, second);
                if (gone)
                    forget(ping);
                return gone;
            });
            for (const Ping& ping : pings) {
                const MonotonicTime timeout = ping.sentAt + _parameters.requestTimeout;
                lookAt(timeout > now ? timeout : nextSecond);
            }
            entry = pings.empty() ? shard->pings.erase(entry) : std::next(entry);
        }
    }
    return timedOut;
}

} // namespace waymark::discv4::engine
