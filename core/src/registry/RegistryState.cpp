#include "registry/ClaimTable.h"
#include "registry/FairSharedMutex.h"
#include "registry/KeyOrder.h"
#include "registry/LoadedPeers.h"
#include "registry/Planner.h"
#include "registry/WatchHub.h"

#include <waymark/registry/PeerIndex.h>
#include <waymark/registry/RegistryState.h>

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <type_traits>
#include <utility>

namespace waymark::registry
{

namespace
{

/// How many changes of the index readers see at once. What they replace is not used again before.
constexpr std::size_t indexSlice = 256;

const Clock& systemClock() noexcept
{
    static const SystemClock clock;
    return clock;
}

const node::PeerId& peerOf(const RowChange& change) noexcept
{
    return std::visit(
        [](const auto& row) -> const node::PeerId& {
            if constexpr (std::is_same_v<std::decay_t<decltype(row)>, ClaimRow>)
                return row.peer->id;
            else
                return row.peer;
        },
        change);
}

/// A stored lease as it goes on from now.
Lease whatIsLeft(const Lease& stored, MonotonicTime now, WallTime wallNow) noexcept
{
    if (stored.isForever())
        return {};
    const Duration left = stored.wallExpiry <= wallNow                ? Duration::zero()
                          : stored.wallExpiry >= wallNow + stored.ttl ? stored.ttl
                                                                      : stored.wallExpiry - wallNow;
    return {stored.ttl, left == Duration::zero() ? overWhenLoaded : now + left, wallNow + left};
}

} // namespace

struct RegistryState::Content
{
    Content(RegistryLimits bounds, const Clock& source) : limits(bounds), clock(source), hub(bounds.history)
    {
    }

    Result<void> load(CheckedRow& row);
    Result<void> load(ClaimRow row, const std::optional<node::Hash256>& nodeId);
    Result<void> load(TombstoneRow row);
    void apply(const RegistryPlan& plan, std::vector<PeerIndex::Update> updates);
    void index(std::span<const PeerIndex::Update> updates);
    std::optional<PeerIndex::Update> updateOf(const node::PeerId& id, MonotonicTime now) const
    {
        return updateOf(id, table.find(id), now);
    }
    static std::optional<PeerIndex::Update> updateOf(const node::PeerId& id, const ClaimSet* claims,
                                                     MonotonicTime now);
    /// Whether the index was not told yet of an end that is over.
    bool mustHide(MonotonicTime now) const;
    /// Tells it of so many at most; of how many it did.
    std::size_t hide(std::size_t most, MonotonicTime now);
    const RegistryLimits limits;
    const Clock& clock;
    /// For everything but the index and the hub, which lock for themselves. The committing thread alone
    /// writes, so it reads without; only what the index shows is hidden by others, too.
    mutable FairSharedMutex mutex;
    ClaimTable table;
    LeaseEnds::End hidden{MonotonicTime::min(), nullptr}; ///< the last lease's end that the index was told of
    Revision revision;
    PeerIndex peers;
    LoadedPeers loaded; ///< what load() has not told the index yet
    WatchHub hub;
    Signal<PeerEvent> changes;
};

/// What the index is to know of a peer; nothing of one that it never knows.
std::optional<PeerIndex::Update> RegistryState::Content::updateOf(const node::PeerId& id,
                                                                  const ClaimSet* claims, MonotonicTime now)
{
    const auto key = id.publicKey();
    if (!key)
        return std::nullopt;
    const ClaimRow* const shown = claims == nullptr ? nullptr : claims->shownAt(now);
    return PeerIndex::updateOf(key->nodeId(), shown == nullptr ? nullptr : shown->peer.get());
}

void RegistryState::Content::index(std::span<const PeerIndex::Update> updates)
{
    while (!updates.empty()) {
        const auto slice = updates.first(std::min(updates.size(), indexSlice));
        peers.apply(slice);
        updates = updates.subspan(slice.size());
    }
}

bool RegistryState::Content::mustHide(MonotonicTime now) const
{
    const std::shared_lock lock(mutex);
    const auto next = table.ends.after(hidden);
    return next != table.ends.end() && next->at <= now;
}

std::size_t RegistryState::Content::hide(std::size_t most, MonotonicTime now)
{
    std::vector<PeerIndex::Update> updates;
    std::size_t told = 0;
    const std::lock_guard lock(mutex);
    auto last = hidden;
    for (auto end = table.ends.after(last); told < most && end != table.ends.end() && end->at <= now;
         ++end, ++told) {
        if (auto update = updateOf(*end->peer, now))
            updates.push_back(std::move(*update));
        last = *end;
    }
    index(updates);
    hidden = last;
    return told;
}

/// `updates` are what the plan's events say; where time went by since it was worked out, more follow.
void RegistryState::Content::apply(const RegistryPlan& plan, std::vector<PeerIndex::Update> updates)
{
    const MonotonicTime now = clock.now();
    std::vector<const node::PeerId*> late;
    const auto noteWhatIsOver = [&] {
        for (auto row = plan.rows.begin(); table.ends.isDue(now) && row != plan.rows.end(); ++row) {
            const ClaimSet* const claims = table.find(peerOf(*row));
            if (claims != nullptr && claims->isOver(now))
                late.push_back(&peerOf(*row));
        }
    };
    noteWhatIsOver(); // and is hidden, and may be renewed
    for (const RowChange& row : plan.rows)
        std::visit([this](const auto& kind) { table.apply(kind); }, row);
    noteWhatIsOver();
    for (const node::PeerId* const id : late) {
        if (auto update = updateOf(*id, now))
            updates.push_back(std::move(*update));
    }
    index(updates);
    revision = plan.revision;
    hub.publish(plan.events, plan.revision);
}

/// Takes it out of `row`.
Result<void> RegistryState::Content::load(CheckedRow& row)
{
    const auto nodeId = row.nodeId();
    StoredRow stored = std::move(row).take();
    if (auto* const claim = std::get_if<ClaimRow>(&stored))
        return load(std::move(*claim), nodeId);
    return load(std::get<TombstoneRow>(std::move(stored)));
}

Result<void> RegistryState::Content::load(ClaimRow row, const std::optional<node::Hash256>& nodeId)
{
    // One search for all: most of a start is spent here.
    auto place = table.peers.lower_bound(row.peer->id);
    const bool isKnown = place != table.peers.end() && place->first == row.peer->id;
    if (isKnown && place->second.find(row.origin) != nullptr)
        return failure(ErrorCode::corrupt, "stored peer " + row.peer->id.toString() + ": origin " +
                                               row.origin + " claims it twice");
    const MonotonicTime now = clock.now();
    row.lease = whatIsLeft(row.lease, now, clock.wallNow());
    if (row.number == 0)
        row.number = table.lastNumber + 1;
    if (!isKnown)
        place = table.peers.emplace_hint(place, row.peer->id, ClaimSet());
    table.add(place, row);
    if (nodeId) {
        const ClaimRow* const shown = place->second.shownAt(now);
        loaded.add(PeerIndex::updateOf(*nodeId, shown == nullptr ? nullptr : shown->peer.get()));
    }
    return {};
}

Result<void> RegistryState::Content::load(TombstoneRow row)
{
    const auto claimed = table.peers.find(row.peer);
    if (table.tombstones.find({row.peer, row.origin}) != nullptr ||
        table.tombstones.byAge().contains(row.order) ||
        (claimed != table.peers.end() && claimed->second.find(row.origin) != nullptr))
        return failure(ErrorCode::corrupt, "stored tombstone of " + row.peer.toString() +
                                               ": it contradicts another row of that peer");
    const WallTime wallNow = clock.wallNow();
    if (row.buried == WallTime() || row.buried > wallNow)
        row.buried = wallNow;
    table.apply(row);
    return {};
}

RegistryState::RegistryState(RegistryLimits limits) : RegistryState(limits, systemClock()) {}

RegistryState::RegistryState(RegistryLimits limits, const Clock& clock)
    : _content(std::make_unique<Content>(limits, clock))
{
}

RegistryState::~RegistryState() = default;

void RegistryState::begin(Revision revision)
{
    const std::lock_guard lock(_content->mutex);
    _content->revision = revision;
    _content->hub.begin(revision);
}

Result<void> RegistryState::load(StoredRow row)
{
    auto checked = CheckedRow::check(std::move(row));
    if (!checked)
        return failure(std::move(checked.error()));
    return load({&*checked, 1});
}

Result<void> RegistryState::load(std::span<CheckedRow> rows)
{
    const KeyOrder order(rows, [](const CheckedRow& row) { return row.peer().bytes(); });
    const std::lock_guard lock(_content->mutex);
    Result<void> result;
    for (auto next = order.begin(); result && next != order.end(); ++next)
        result = _content->load(rows[next->at]);
    _content->loaded.index(_content->peers);
    return result;
}

RegistryPlan RegistryState::plan(std::span<const RegistryRequest> requests) const
{
    const Clock& clock = _content->clock;
    return Planner(_content->table, _content->limits, _content->revision, {clock.now(), clock.wallNow()})
        .plan(requests);
}

void RegistryState::commit(const RegistryPlan& plan)
{
    std::vector<PeerIndex::Update> updates;
    updates.reserve(plan.events.size());
    for (const auto& event : plan.events) {
        if (const auto key = event->id.publicKey())
            updates.push_back(PeerIndex::updateOf(key->nodeId(), event->peer ? &*event->peer : nullptr));
    }
    {
        const std::lock_guard lock(_content->mutex);
        _content->apply(plan, std::move(updates));
    }
    _content->hub.wake();
    for (const auto& event : plan.events)
        _content->changes.emit(*event);
}

bool RegistryState::hide(std::size_t mostLeases)
{
    const MonotonicTime now = _content->clock.now();
    while (_content->mustHide(now)) {
        if (mostLeases == 0)
            return true;
        mostLeases -= _content->hide(std::min(mostLeases, indexSlice), now);
    }
    return false;
}

bool RegistryState::hasExpired() const
{
    const std::shared_lock lock(_content->mutex);
    return _content->table.ends.isDue(_content->clock.now());
}

std::size_t RegistryState::leases() const
{
    const std::shared_lock lock(_content->mutex);
    return _content->table.ends.size();
}

std::optional<Peer> RegistryState::find(const node::PeerId& id) const
{
    std::shared_ptr<const Peer> peer;
    {
        const std::shared_lock lock(_content->mutex);
        const ClaimSet* const claims = _content->table.find(id);
        const ClaimRow* const shown = claims == nullptr ? nullptr : claims->shownAt(_content->clock.now());
        if (shown == nullptr)
            return std::nullopt;
        peer = shown->peer;
    }
    return *peer;
}

std::vector<ClaimState> RegistryState::claims(const node::PeerId& id) const
{
    const std::shared_lock lock(_content->mutex);
    const ClaimSet* const claims = _content->table.find(id);
    return claims == nullptr ? std::vector<ClaimState>{} : claims->claimsAt(_content->clock.now());
}

PeerPage RegistryState::list(const std::optional<node::PeerId>& after, std::size_t limit) const
{
    std::vector<std::shared_ptr<const Peer>> shown;
    PeerPage page;
    bool more = false;
    {
        const std::shared_lock lock(_content->mutex);
        const MonotonicTime now = _content->clock.now();
        const auto& peers = _content->table.peers;
        auto next = after ? peers.upper_bound(*after) : peers.begin();
        for (; next != peers.end() && shown.size() < limit; ++next) {
            const ClaimRow* const claim = next->second.shownAt(now);
            if (claim == nullptr)
                continue;
            shown.push_back(claim->peer);
            page.leases.push_back(claim->lease);
        }
        more = next != peers.end();
        page.revision = _content->revision;
    }
    page.peers.reserve(shown.size());
    for (const auto& peer : shown)
        page.peers.push_back(*peer);
    if (more)
        page.next = page.peers.empty() ? after : page.peers.back().id;
    return page;
}

std::size_t RegistryState::size() const
{
    const std::shared_lock lock(_content->mutex);
    return _content->table.sizeAt(_content->clock.now());
}

ClosestAnswer RegistryState::closest(const ClosestQuery& query, std::span<ClosestPeer> out) const
{
    return _content->peers.closest(query, out);
}

Revision RegistryState::revision() const
{
    const std::shared_lock lock(_content->mutex);
    return _content->revision;
}

Result<std::unique_ptr<Watch>> RegistryState::watch(Revision from, WatchOptions options)
{
    return _content->hub.watch(from, std::move(options));
}

Signal<PeerEvent>& RegistryState::changes()
{
    return _content->changes;
}

std::vector<StoredRow> RegistryState::rows(Revision& at) const
{
    std::vector<StoredRow> rows;
    const std::shared_lock lock(_content->mutex);
    at = _content->revision;
    rows.reserve(_content->table.peers.size() + _content->table.tombstones.size());
    for (const auto& [peer, claims] : _content->table.peers)
        rows.insert(rows.end(), claims.rows().begin(), claims.rows().end());
    for (const auto& [order, key] : _content->table.tombstones.byAge())
        rows.emplace_back(_content->table.tombstones.row(key));
    return rows;
}

const RegistryLimits& RegistryState::limits() const noexcept
{
    return _content->limits;
}

const Clock& RegistryState::clock() const noexcept
{
    return _content->clock;
}

std::size_t RegistryState::tombstones() const
{
    const std::shared_lock lock(_content->mutex);
    return _content->table.tombstones.size();
}

} // namespace waymark::registry
