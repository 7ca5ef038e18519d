#pragma once

#include <waymark/base/Signal.h>
#include <waymark/registry/PeerRegistry.h>
#include <waymark/registry/RegistryPlan.h>

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
};

/// A registry's content in memory, the part that every back end shares: claims, what they show when merged,
/// the index, remembered ENR seqs, revisions, history, watches.
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
class RegistryState
{
public:
    explicit RegistryState(RegistryLimits limits = {});
    RegistryState(const RegistryState&) = delete;
    RegistryState& operator=(const RegistryState&) = delete;
    ~RegistryState();

    /// Before the first plan: the revision to go on from. History starts there.
    void begin(Revision revision);
    /// Before the first plan: takes over one stored row. `corrupt` for one that no plan can have written or
    /// whose key came before. Makes no event.
    Result<void> load(StoredRow row);

    /// Works out what requests do, each seeing those before it. Requests that break a rule fail as a whole:
    /// invalidArgument (names the field), unavailable (no room for another peer).
    RegistryPlan plan(std::span<const RegistryRequest> requests) const;

    /// Applies the last plan and tells: first to watches, then to changes(). Locks are free while it tells.
    void commit(const RegistryPlan& plan);

    // As in PeerRegistry.
    std::optional<Peer> find(const node::PeerId& id) const;
    std::vector<std::string> origins(const node::PeerId& id) const;
    PeerPage list(const std::optional<node::PeerId>& after, std::size_t limit) const;
    std::size_t size() const;
    ClosestAnswer closest(const ClosestQuery& query, std::span<ClosestPeer> out) const;
    Revision revision() const;
    Result<std::unique_ptr<Watch>> watch(Revision from, WatchOptions options);
    Signal<PeerEvent>& changes();

    const RegistryLimits& limits() const noexcept;
    /// How many removed claims are remembered.
    std::size_t tombstones() const;

private:
    struct Content;
    std::unique_ptr<Content> _content;
};

} // namespace waymark::registry
