#include "registry/Planner.h"

#include "registry/ClaimRules.h"

#include <algorithm>
#include <utility>

namespace waymark::registry
{

namespace
{

/// How many peers lose claims, or tombstones are forgotten, in one plan: readers wait for its commit.
constexpr std::size_t expirySlice = 1024;

} // namespace

Planner::Planner(const ClaimTable& table, const RegistryLimits& limits, Revision revision, PlanTime time)
    : _table(table),
      _limits(limits),
      _time(time),
      _peers(table.size()),
      _nextOrder(table.tombstones.nextOrder()),
      _lastNumber(table.lastNumber())
{
    _plan.revision = revision;
}

RegistryPlan Planner::plan(std::span<const RegistryRequest> requests)
{
    expireDue(expirySlice);
    forgetTombstones();
    _claims.keep();
    _tombstones.keep();
    for (const RegistryRequest& request : requests) {
        _mark = {_plan.rows.size(),    _plan.events.size(), _peers,
                 _plan.expired.size(), _plan.mayWait,       _plan.revision};
        settle(std::visit([this](const auto& kind) { return work(kind); }, request));
    }
    evictTombstones();
    return std::move(_plan);
}

void Planner::settle(Result<Outcomes> outcomes)
{
    if (outcomes) {
        _claims.keep();
        _tombstones.keep();
        _plan.reports.emplace_back(ApplyReport{std::move(*outcomes), _plan.revision});
        return;
    }
    _claims.undo();
    _tombstones.undo();
    _plan.rows.erase(_plan.rows.begin() + static_cast<std::ptrdiff_t>(_mark.rows), _plan.rows.end());
    _plan.events.resize(_mark.events);
    _plan.revision = _mark.revision;
    _plan.expired.erase(_plan.expired.begin() + static_cast<std::ptrdiff_t>(_mark.expired),
                        _plan.expired.end());
    _plan.mayWait = _mark.mayWait;
    _peers = _mark.peers;
    _plan.reports.emplace_back(failure(std::move(outcomes.error())));
}

Result<Planner::Outcomes> Planner::work(const ChangeBatch& batch)
{
    Outcomes outcomes;
    outcomes.reserve(batch.size());
    for (const Change& change : batch) {
        auto outcome = std::visit([this](const auto& kind) { return work(kind); }, change);
        if (!outcome)
            return failure(std::move(outcome.error()));
        outcomes.push_back(*outcome);
    }
    return outcomes;
}

Result<Planner::Outcomes> Planner::work(const SyncClaims& sync)
{
    if (auto checked = checkOrigin(sync.origin); !checked)
        return failure(std::move(checked.error()));
    if (_table.ends().isDue(_time.now)) {
        for (const node::PeerId& id : claimedBy(sync.origin))
            expire(id);
    }
    std::vector<node::PeerId> before = claimedBy(sync.origin);
    Outcomes outcomes;
    // Those that go make room first.
    std::vector<node::PeerId> wanted;
    for (const Peer& peer : sync.peers)
        wanted.push_back(peer.id);
    std::sort(wanted.begin(), wanted.end());
    std::erase_if(
        before, [&](const node::PeerId& id) { return std::binary_search(wanted.begin(), wanted.end(), id); });
    for (const node::PeerId& id : before)
        dropClaim({id, sync.origin});
    for (const Peer& peer : sync.peers) {
        auto outcome = putClaim(sync.origin, peer, Duration::zero());
        if (!outcome)
            return failure(std::move(outcome.error()));
        outcomes.push_back(*outcome);
    }
    outcomes.insert(outcomes.end(), before.size(), Outcome::removed);
    return outcomes;
}

Result<Outcome> Planner::work(const PutClaim& put)
{
    return putClaim(put.claim.origin, put.claim.peer, put.claim.ttl);
}

Result<Outcome> Planner::work(const DropClaim& drop)
{
    return dropClaim({drop.peer, drop.origin});
}

Result<Outcome> Planner::work(const RenewLease& renewal)
{
    if (renewal.ttl) {
        if (auto checked = checkTtl(*renewal.ttl); !checked)
            return failure(std::move(checked.error()).in("peer " + renewal.peer.toString()));
    }
    const ClaimSet before = expire(renewal.peer);
    const ClaimRow* const current = before.find(renewal.origin);
    if (current == nullptr)
        return Outcome::absent;
    return renew(renewal.peer, before, *current, renewal.ttl.value_or(current->lease.ttl));
}

Outcome Planner::renew(const node::PeerId& peer, const ClaimSet& before, const ClaimRow& claim, Duration ttl)
{
    if (ttl == Duration::zero() && claim.lease.isForever())
        return Outcome::unchanged;
    LeaseRow row{peer, claim.origin, Lease::beginning(ttl, _time.now, _time.wallNow), claim.number};
    const bool isAnotherTtl = ttl != claim.lease.ttl;
    ClaimSet after = before;
    after.renew(row.origin, row.lease);
    _claims.set(peer, std::move(after));
    // When it was renewed may be lost, what was agreed upon may not.
    if (isAnotherTtl)
        require(std::move(row));
    else
        _plan.rows.emplace_back(std::move(row));
    return Outcome::renewed;
}

void Planner::expireDue(std::size_t mostPeers)
{
    const LeaseEnds& ends = _table.ends();
    for (auto place = ends.begin(); mostPeers > 0; place = ends.next(place)) {
        const LeaseEnds::End* const end = ends.at(place);
        if (end == nullptr || end->at > _time.now)
            return;
        expire(_table.peerOf(*end));
        --mostPeers;
    }
}

ClaimSet Planner::expire(const node::PeerId& id)
{
    ClaimSet before = claims(id);
    if (!before.isOver(_time.now))
        return before;
    ClaimSet after = before;
    std::vector<ClaimRow> over;
    for (const ClaimRow& row : before.rows()) {
        if (row.lease.isOver(_time.now))
            over.push_back(row);
    }
    for (const ClaimRow& row : over) {
        after.erase(row.origin);
        _plan.expired.push_back({id, row.origin, row.number});
        _plan.rows.emplace_back(_plan.expired.back());
        if (row.enrSeq)
            bury({id, row.origin}, *row.enrSeq);
    }
    change(id, before, after, PeerEvent::Cause::expiry);
    return after;
}

bool Planner::hasRoom()
{
    const auto isFull = [this] {
        return _limits.maximumPeers != 0 && _peers >= _limits.maximumPeers;
    };
    if (isFull())
        expireDue(_table.ends().size());
    return !isFull();
}

void Planner::require(RowChange row)
{
    _plan.rows.emplace_back(std::move(row));
    _plan.mayWait = false;
}

Result<Outcome> Planner::putClaim(const std::string& origin, const Peer& peer, Duration ttl)
{
    auto checked = checkClaim(origin, peer);
    if (checked)
        checked = checkTtl(ttl);
    if (!checked)
        return failure(std::move(checked.error()).in("peer " + peer.id.toString()));
    const ClaimSet before = expire(peer.id);
    const ClaimRow* const current = before.find(origin);
    const ClaimKey key{peer.id, origin};
    auto enrSeq = rememberedSeq(key, current);
    if (peer.enr) {
        if (enrSeq && peer.enr->seq() < *enrSeq)
            return Outcome::stale;
        enrSeq = peer.enr->seq();
    }
    if (current != nullptr && *current->peer == peer)
        return renew(peer.id, before, *current, ttl);
    const bool isNew = before.empty();
    if (isNew && !hasRoom())
        return failure(ErrorCode::unavailable, "the registry is full: it may hold " +
                                                   std::to_string(_limits.maximumPeers) +
                                                   " peers (maximum-peers)");
    unbury(key);
    ClaimSet after = before;
    ClaimRow row{origin, std::make_shared<const Peer>(peer), enrSeq,
                 Lease::beginning(ttl, _time.now, _time.wallNow),
                 current != nullptr ? current->number : ++_lastNumber};
    after.put(row);
    require(std::move(row));
    change(peer.id, before, std::move(after));
    return isNew ? Outcome::created : Outcome::updated;
}

Outcome Planner::dropClaim(const ClaimKey& key)
{
    const ClaimSet before = expire(key.peer);
    const ClaimRow* const current = before.find(key.origin);
    if (current == nullptr)
        return Outcome::absent;
    const auto enrSeq = current->enrSeq;
    ClaimSet after = before;
    after.erase(key.origin);
    require(ClaimGone{key.peer, key.origin, current->number});
    change(key.peer, before, std::move(after));
    if (enrSeq)
        bury(key, *enrSeq);
    return Outcome::removed;
}

ClaimSet Planner::claims(const node::PeerId& id) const
{
    const ClaimSet* const changed = _claims.find(id);
    return changed != nullptr ? *changed : _table.find(id);
}

std::optional<std::uint64_t> Planner::tombstone(const ClaimKey& key) const
{
    if (const auto* const changed = _tombstones.find(key))
        return *changed ? std::optional((*changed)->enrSeq) : std::nullopt;
    const auto* const entry = _table.tombstones.find(key);
    return entry != nullptr && !isForgotten(*entry) ? std::optional(entry->enrSeq) : std::nullopt;
}

bool Planner::isForgotten(const TombstoneTable::Entry& entry) const noexcept
{
    return _limits.tombstoneAge != Duration::zero() && entry.buried <= _time.wallNow - _limits.tombstoneAge;
}

std::optional<std::uint64_t> Planner::rememberedSeq(const ClaimKey& key, const ClaimRow* claim) const
{
    return claim != nullptr ? claim->enrSeq : tombstone(key);
}

std::vector<node::PeerId> Planner::claimedBy(const std::string& origin) const
{
    std::vector<node::PeerId> ids = _table.claimedBy(origin);
    std::erase_if(ids, [this](const node::PeerId& id) { return _claims.find(id) != nullptr; });
    for (const auto& [id, changed] : _claims.values()) {
        if (changed.find(origin) != nullptr)
            ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

void Planner::bury(const ClaimKey& key, std::uint64_t enrSeq)
{
    if (_limits.tombstones == 0)
        return;
    const TombstoneTable::Entry entry{enrSeq, _nextOrder++, _time.wallNow};
    _tombstones.set(key, entry);
    _plan.rows.emplace_back(TombstoneRow{key.peer, key.origin, entry.enrSeq, entry.order, entry.buried});
}

void Planner::unbury(const ClaimKey& key)
{
    const auto* const changed = _tombstones.find(key);
    const bool isThere = changed != nullptr ? changed->has_value() : _table.tombstones.find(key) != nullptr;
    if (!isThere)
        return;
    _tombstones.set(key, std::nullopt);
    _plan.rows.emplace_back(TombstoneGone{key.peer, key.origin});
}

/// Those that are too old, the earliest removal first; where the wall clock was set back in between, younger
/// ones keep older ones for a while longer, and tombstone() overlooks these.
void Planner::forgetTombstones()
{
    std::size_t left = expirySlice;
    for (const auto& [order, key] : _table.tombstones.byAge()) {
        if (left-- == 0 || !isForgotten(*_table.tombstones.find(key)))
            return;
        if (_tombstones.find(key) == nullptr)
            unbury(key);
    }
}

void Planner::evictTombstones()
{
    std::size_t remembered = _table.tombstones.size();
    std::map<std::uint64_t, ClaimKey> fresh;
    for (const auto& [key, entry] : _tombstones.values()) {
        if (_table.tombstones.find(key) != nullptr)
            --remembered;
        if (entry)
            fresh.emplace(entry->order, key);
    }
    std::size_t excess = remembered + fresh.size();
    excess -= std::min(excess, _limits.tombstones);
    const auto evict = [&](const ClaimKey& key) {
        _plan.rows.emplace_back(TombstoneGone{key.peer, key.origin});
        --excess;
    };
    for (const auto& [order, key] : _table.tombstones.byAge()) {
        if (excess == 0)
            return;
        if (_tombstones.find(key) == nullptr)
            evict(key);
    }
    auto oldest = fresh.begin();
    while (excess > 0)
        evict((oldest++)->second);
}

void Planner::change(const node::PeerId& id, const ClaimSet& before, ClaimSet after, PeerEvent::Cause cause)
{
    const auto shownBefore = before.shown();
    const auto shown = after.shown();
    if (before.empty())
        ++_peers;
    if (after.empty())
        --_peers;
    _claims.set(id, std::move(after));
    const bool looksTheSame =
        shownBefore == nullptr || shown == nullptr ? shownBefore == shown : *shownBefore == *shown;
    if (looksTheSame)
        return;
    ++_plan.revision.number;
    const auto kind = shown != nullptr ? PeerEvent::Kind::put : PeerEvent::Kind::removed;
    _plan.events.push_back(std::make_shared<const PeerEvent>(
        PeerEvent{kind, _plan.revision, id, shown != nullptr ? std::optional(*shown) : std::nullopt, cause}));
}

} // namespace waymark::registry
