#include "registry/ClaimTable.h"
#include "registry/FairSharedMutex.h"
#include "registry/KeyOrder.h"
#include "registry/LoadedPeers.h"
#include "registry/Planner.h"
#include "registry/StoredRowsContent.h"
#include "registry/WatchHub.h"
#include "registry/index/HugePages.h"

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
    Content(RegistryLimits bounds, const Clock& source)
        : limits(bounds), clock(source), table(index::HugePages::instance()), hub(bounds.history)
    {
    }

    Result<void> load(CheckedRow& row);
    Result<void> load(ClaimRow row, const std::optional<node::Hash256>& nodeId);
    Result<void> load(TombstoneRow row);
    void apply(const RegistryPlan& plan, std::vector<PeerIndex::Update> updates);
    void index(std::span<const PeerIndex::Update> updates);
    std::optional<PeerIndex::Update> updateOf(const node::PeerId& id, MonotonicTime now) const;
    LeaseEnds::Place afterHidden() const
    {
        return hidden ? table.ends().after(*hidden) : table.ends().begin();
    }
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
    std::optional<LeaseEnds::End> hidden; ///< the last lease's end that the index was told of
    Revision revision;
    PeerIndex peers;
    LoadedPeers loaded; ///< what load() has not told the index yet
    WatchHub hub;
    Signal<PeerEvent> changes;
};

/// What the index is to know of a peer; nothing of one that it never knows.
std::optional<PeerIndex::Update> RegistryState::Content::updateOf(const node::PeerId& id,
                                                                  MonotonicTime now) const
{
    const auto key = id.publicKey();
    if (!key)
        return std::nullopt;
    const auto shown = table.shownAt(id, now);
    return PeerIndex::updateOf(key->nodeId(), shown ? &*shown : nullptr);
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
    const auto* const next = table.ends().at(afterHidden());
    return next != nullptr && next->at <= now;
}

std::size_t RegistryState::Content::hide(std::size_t most, MonotonicTime now)
{
    std::vector<PeerIndex::Update> updates;
    std::size_t told = 0;
    const std::lock_guard lock(mutex);
    auto last = hidden;
    for (auto place = afterHidden(); told < most; place = table.ends().next(place), ++told) {
        const auto* const end = table.ends().at(place);
        if (end == nullptr || end->at > now)
            break;
        if (auto update = updateOf(table.peerOf(*end), now))
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
        for (auto row = plan.rows.begin(); table.ends().isDue(now) && row != plan.rows.end(); ++row) {
            if (table.isOver(peerOf(*row), now))
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
    const MonotonicTime now = clock.now();
    row.lease = whatIsLeft(row.lease, now, clock.wallNow());
    if (row.number == 0)
        row.number = table.lastNumber() + 1;
    const auto added = table.add(row);
    if (added == ClaimTable::Added::twice)
        return failure(ErrorCode::corrupt, "stored peer " + row.peer->id.toString() + ": origin " +
                                               row.origin + " claims it twice");
    if (!nodeId)
        return {};
    if (added == ClaimTable::Added::first) {
        loaded.add(PeerIndex::updateOf(*nodeId, row.lease.isOver(now) ? nullptr : row.peer.get()));
    } else {
        const auto shown = table.shownAt(row.peer->id, now);
        loaded.add(PeerIndex::updateOf(*nodeId, shown ? &*shown : nullptr));
    }
    return {};
}

Result<void> RegistryState::Content::load(TombstoneRow row)
{
    if (table.tombstones.find({row.peer, row.origin}) != nullptr ||
        table.tombstones.byAge().contains(row.order) || table.contains(row.peer, row.origin))
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
    return _content->table.ends().isDue(_content->clock.now());
}

std::size_t RegistryState::leases() const
{
    const std::shared_lock lock(_content->mutex);
    return _content->table.ends().size();
}

std::optional<Peer> RegistryState::find(const node::PeerId& id) const
{
    const std::shared_lock lock(_content->mutex);
    return _content->table.shownAt(id, _content->clock.now());
}

std::vector<ClaimState> RegistryState::claims(const node::PeerId& id) const
{
    const std::shared_lock lock(_content->mutex);
    return _content->table.claimsAt(id, _content->clock.now());
}

PeerPage RegistryState::list(const std::optional<node::PeerId>& after, std::size_t limit) const
{
    // Under the lock only bytes are copied.
    Bytes copied;
    std::vector<std::size_t> places;
    PeerPage page;
    bool more = false;
    MonotonicTime now;
    {
        const std::shared_lock lock(_content->mutex);
        now = _content->clock.now();
        _content->table.eachAfter(after, [&](const table::PackedClaims& claims) {
            more = places.size() == limit;
            if (more || !claims.shownAt(now))
                return !more;
            places.push_back(copied.size());
            copied.insert(copied.end(), claims.begin(), claims.end());
            return true;
        });
        page.revision = _content->revision;
    }
    page.peers.reserve(places.size());
    page.leases.reserve(places.size());
    for (const std::size_t place : places) {
        const table::PackedClaims claims(copied.data() + place);
        const auto shown = claims.shownAt(now);
        page.peers.push_back(shown->peer(claims.id()));
        page.leases.push_back(shown->lease);
    }
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

StoredRows RegistryState::rows() const
{
    const std::shared_lock lock(_content->mutex);
    return StoredRows(std::make_unique<StoredRows::Content>(_content->table, _content->revision));
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
