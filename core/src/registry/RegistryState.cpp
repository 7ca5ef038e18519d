#include "registry/ClaimRules.h"
#include "registry/ClaimTable.h"
#include "registry/FairSharedMutex.h"
#include "registry/Planner.h"
#include "registry/WatchHub.h"

#include <waymark/registry/PeerIndex.h>
#include <waymark/registry/RegistryState.h>

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace waymark::registry
{

namespace
{

/// How many changes of the index readers see at once, and wait for.
constexpr std::size_t indexSlice = 256;

} // namespace

struct RegistryState::Content
{
    explicit Content(RegistryLimits bounds) : limits(bounds), hub(bounds.history) {}

    void apply(const ClaimRow& row);
    void apply(const ClaimGone& gone);
    void apply(const TombstoneRow& row) { table.tombstones.put(row); }
    void apply(const TombstoneGone& gone) { table.tombstones.erase({gone.peer, gone.origin}); }
    Result<void> load(const ClaimRow& row);
    Result<void> load(const TombstoneRow& row);
    /// Brings what load() put into `loaded` into the index.
    void indexLoaded();

    const RegistryLimits limits;
    /// For everything but the index and the hub, which lock for themselves. The committing thread alone
    /// writes, so it reads without.
    mutable FairSharedMutex mutex;
    ClaimTable table;
    Revision revision;
    PeerIndex index;
    std::vector<PeerIndex::Update> loaded;
    WatchHub hub;
    Signal<PeerEvent> changes;
};

void RegistryState::Content::apply(const ClaimRow& row)
{
    ClaimSet& claims = table.peers[row.peer->id];
    if (claims.find(row.origin) == nullptr)
        ++table.claimsOfOrigin[row.origin];
    claims.put(row);
}

void RegistryState::Content::apply(const ClaimGone& gone)
{
    const auto peer = table.peers.find(gone.peer);
    if (peer == table.peers.end())
        return;
    peer->second.erase(gone.origin);
    if (peer->second.empty())
        table.peers.erase(peer);
    const auto origin = table.claimsOfOrigin.find(gone.origin);
    if (origin != table.claimsOfOrigin.end() && --origin->second == 0)
        table.claimsOfOrigin.erase(origin);
}

Result<void> RegistryState::Content::load(const ClaimRow& row)
{
    if (auto checked = checkClaim(row.origin, *row.peer); !checked)
        return failure(ErrorCode::corrupt,
                       "stored peer " + row.peer->id.toString() + ": " + checked.error().message);
    if (row.peer->enr && row.enrSeq.value_or(0) < row.peer->enr->seq())
        return failure(ErrorCode::corrupt, "stored peer " + row.peer->id.toString() +
                                               ": the remembered ENR seq is lower than that of its ENR");
    // One search for all: most of a start is spent here.
    auto place = table.peers.lower_bound(row.peer->id);
    const bool isKnown = place != table.peers.end() && place->first == row.peer->id;
    if (isKnown && place->second.find(row.origin) != nullptr)
        return failure(ErrorCode::corrupt, "stored peer " + row.peer->id.toString() + ": origin " +
                                               row.origin + " claims it twice");
    if (!isKnown)
        place = table.peers.emplace_hint(place, row.peer->id, ClaimSet());
    place->second.put(row);
    ++table.claimsOfOrigin[row.origin];
    const Peer& shown = *place->second.shown();
    if (auto entry = PeerIndex::entryOf(shown))
        loaded.push_back({entry->nodeId, std::move(entry)});
    else if (const auto key = shown.id.publicKey()) // another claim may have had an endpoint
        loaded.push_back({key->nodeId(), std::nullopt});
    return {};
}

void RegistryState::Content::indexLoaded()
{
    // Neighbours one after the other, so that what is looked at for one is at hand for the next.
    std::ranges::stable_sort(loaded, {}, &PeerIndex::Update::nodeId);
    index.apply(loaded);
    loaded.clear();
}

Result<void> RegistryState::Content::load(const TombstoneRow& row)
{
    if (auto checked = checkOrigin(row.origin); !checked)
        return failure(ErrorCode::corrupt, "stored tombstone: " + checked.error().message);
    const auto claimed = table.peers.find(row.peer);
    if (table.tombstones.find({row.peer, row.origin}) != nullptr ||
        table.tombstones.byAge().contains(row.order) ||
        (claimed != table.peers.end() && claimed->second.find(row.origin) != nullptr))
        return failure(ErrorCode::corrupt, "stored tombstone of " + row.peer.toString() +
                                               ": it contradicts another row of that peer");
    apply(row);
    return {};
}

RegistryState::RegistryState(RegistryLimits limits) : _content(std::make_unique<Content>(limits)) {}

RegistryState::~RegistryState() = default;

void RegistryState::begin(Revision revision)
{
    const std::lock_guard lock(_content->mutex);
    _content->revision = revision;
    _content->hub.begin(revision);
}

Result<void> RegistryState::load(StoredRow row)
{
    return load({&row, 1});
}

Result<void> RegistryState::load(std::span<StoredRow> rows)
{
    const std::lock_guard lock(_content->mutex);
    Result<void> result;
    for (const StoredRow& row : rows) {
        result = std::visit([this](const auto& kind) { return _content->load(kind); }, row);
        if (!result)
            break;
    }
    _content->indexLoaded();
    return result;
}

RegistryPlan RegistryState::plan(std::span<const RegistryRequest> requests) const
{
    return Planner(_content->table, _content->limits, _content->revision).plan(requests);
}

void RegistryState::commit(const RegistryPlan& plan)
{
    std::vector<PeerIndex::Update> updates;
    updates.reserve(plan.events.size());
    for (const auto& event : plan.events) {
        if (const auto key = event->id.publicKey())
            updates.push_back({key->nodeId(), event->peer ? PeerIndex::entryOf(*event->peer) : std::nullopt});
    }
    {
        const std::lock_guard lock(_content->mutex);
        for (const RowChange& row : plan.rows)
            std::visit([this](const auto& kind) { _content->apply(kind); }, row);
        for (std::span<const PeerIndex::Update> rest = updates; !rest.empty();) {
            const auto slice = rest.first(std::min(rest.size(), indexSlice));
            _content->index.apply(slice);
            rest = rest.subspan(slice.size());
        }
        _content->revision = plan.revision;
        _content->hub.publish(plan.events, plan.revision);
    }
    _content->hub.wake();
    for (const auto& event : plan.events)
        _content->changes.emit(*event);
}

std::optional<Peer> RegistryState::find(const node::PeerId& id) const
{
    std::shared_ptr<const Peer> shown;
    {
        const std::shared_lock lock(_content->mutex);
        const auto found = _content->table.peers.find(id);
        if (found == _content->table.peers.end())
            return std::nullopt;
        shown = found->second.shown();
    }
    return *shown;
}

std::vector<std::string> RegistryState::origins(const node::PeerId& id) const
{
    const std::shared_lock lock(_content->mutex);
    const auto found = _content->table.peers.find(id);
    return found == _content->table.peers.end() ? std::vector<std::string>{} : found->second.origins();
}

PeerPage RegistryState::list(const std::optional<node::PeerId>& after, std::size_t limit) const
{
    std::vector<std::shared_ptr<const Peer>> shown;
    PeerPage page;
    bool more = false;
    {
        const std::shared_lock lock(_content->mutex);
        const auto& peers = _content->table.peers;
        auto next = after ? peers.upper_bound(*after) : peers.begin();
        for (; next != peers.end() && shown.size() < limit; ++next)
            shown.push_back(next->second.shown());
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
    return _content->table.peers.size();
}

ClosestAnswer RegistryState::closest(const ClosestQuery& query, std::span<ClosestPeer> out) const
{
    return _content->index.closest(query, out);
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
        rows.emplace_back(
            TombstoneRow{key.peer, key.origin, _content->table.tombstones.find(key)->enrSeq, order});
    return rows;
}

const RegistryLimits& RegistryState::limits() const noexcept
{
    return _content->limits;
}

std::size_t RegistryState::tombstones() const
{
    const std::shared_lock lock(_content->mutex);
    return _content->table.tombstones.size();
}

} // namespace waymark::registry
