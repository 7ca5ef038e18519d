#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Signal.h>
#include <waymark/registry/CheckedRow.h>
#include <waymark/registry/PeerRegistry.h>
#include <waymark/registry/RegistryPlan.h>
#include <waymark/registry/StoredRows.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace waymark::registry
{

/// The bounds of a registry. What is over them:
struct RegistryLimits
{
    std::size_t maximumPeers = 0;     ///< batches that would add a peer are refused; 0: no limit
    std::size_t tombstones = 100'000; ///< the oldest is forgotten: its peer may come back with any ENR
    std::size_t history = 4096;       ///< the oldest event is forgotten: who watches from there lists again
    Duration tombstoneAge{0};         ///< older tombstones are forgotten, by the wall clock; 0: no limit
};

/// A registry's content in memory, the part that every back end shares: claims and their leases, what they
/// show when merged, the index, remembered ENR seqs, revisions, history, watches.
///
/// Changing it takes two steps, so that a durable back end can write in between:
///
///     RegistryPlan plan = state.plan(requests);   // pure
///     store.write(plan);                          // may fail: nothing happened then
///     state.commit(plan);
///
/// plan() and commit() are called by one thread at a time (StoredRegistry sees to that); all other functions
/// by any thread, at any time. Readers wait while a plan is committed, except closest(), which never does.
///
/// The rules:
/// - A peer is shown as its highest origin claims it: "api" first, then by name.
/// - The revision grows by one with every event, that is with every change of what is shown. A claim that
///   another one covers is stored without an event.
/// - Within one origin an ENR with a seq below the highest seen for the peer is stale, also after a removal
///   for as long as the tombstone lasts. An equal one is accepted. A claim without an ENR is never stale and
///   lowers nothing.
/// - A claim whose lease is over is not read any more, from that moment on. Three steps take it away: hide()
///   takes it out of the index, which does not look at the time; the next plan drops it, with an event when
///   that changes what is shown; a store that lost that plan's rows sees from what is stored that it is over.
class RegistryState
{
public:
    /// On the system's clock.
    explicit RegistryState(RegistryLimits limits = {});
    /// The clock outlives the state.
    RegistryState(RegistryLimits limits, const Clock& clock);
    RegistryState(const RegistryState&) = delete;
    RegistryState& operator=(const RegistryState&) = delete;
    ~RegistryState();

    /// Before the first plan: the revision to go on from. History starts there.
    void begin(Revision revision);
    /// Before the first plan: takes over one stored row. `corrupt` for one that no plan can have written or
    /// whose key came before. Makes no event. Of a lease `clamp(wallExpiry - wall clock, 0, ttl)` is left; a
    /// claim that has nothing left is never shown, and the first plan drops it without an event.
    Result<void> load(StoredRow row);
    /// The same for many rows in one step, which costs less; nothing can be read meanwhile. Goes through them
    /// in order of peer, those of one peer as they come, and stops at the first that is `corrupt`. Leaves
    /// nothing in the rows. At most 2^32 of them.
    Result<void> load(std::span<CheckedRow> rows);

    /// Works out what requests do, each seeing those before it. Requests that break a rule fail as a whole:
    /// invalidArgument (names the field), unavailable (no room for another peer). First go claims whose
    /// leases are over: at most 1024 peers, and all that the requests touch.
    RegistryPlan plan(std::span<const RegistryRequest> requests) const;

    /// Applies the last plan and tells: first to watches, then to changes(). Locks are free while it tells.
    void commit(const RegistryPlan& plan);

    /// Takes what is over out of the index, those first whose leases ended first and at most so many; whether
    /// some are left. Readers wait for slices of it. Waits for a commit() and never for what lies between
    /// plan() and commit(); what is planned by then is not put back either.
    bool hide(std::size_t mostLeases);
    /// Whether a claim is over and waits for a plan to drop it.
    bool hasExpired() const;
    /// How many claims have a lease.
    std::size_t leases() const;

    // As in PeerRegistry.
    std::optional<Peer> find(const node::PeerId& id) const;
    std::vector<ClaimState> claims(const node::PeerId& id) const;
    PeerPage list(const std::optional<node::PeerId>& after, std::size_t limit) const;
    std::size_t size() const;
    ClosestAnswer closest(const ClosestQuery& query, std::span<ClosestPeer> out) const;
    Revision revision() const;
    Result<std::unique_ptr<Watch>> watch(Revision from, WatchOptions options);
    Signal<PeerEvent>& changes();

    /// All that is stored, at one revision. A commit waits while it is copied, about a tenth of a second for
    /// a million peers.
    StoredRows rows() const;

    const RegistryLimits& limits() const noexcept;
    const Clock& clock() const noexcept;
    /// How many removed claims are remembered.
    std::size_t tombstones() const;

private:
    struct Content;
    std::unique_ptr<Content> _content;
};

} // namespace waymark::registry
