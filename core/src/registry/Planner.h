#pragma once

#include "registry/ClaimTable.h"
#include "registry/Overlay.h"

#include <waymark/registry/RegistryState.h>

namespace waymark::registry
{

/// What time it is for a plan.
struct PlanTime
{
    MonotonicTime now;
    WallTime wallNow;
};

/// Works one plan out: looks at the claims, writes into an overlay.
class Planner
{
public:
    Planner(const ClaimTable& table, const RegistryLimits& limits, Revision revision, PlanTime time);

    RegistryPlan plan(std::span<const RegistryRequest> requests);

private:
    using Outcomes = std::vector<Outcome>;

    Result<Outcomes> work(const ChangeBatch& batch);
    Result<Outcomes> work(const SyncClaims& sync);
    Result<Outcome> work(const PutClaim& put);
    Result<Outcome> work(const DropClaim& drop);
    Result<Outcome> work(const RenewLease& renewal);
    Result<Outcome> putClaim(const std::string& origin, const Peer& peer, Duration ttl);
    Outcome dropClaim(const ClaimKey& key);
    /// One of a peer's claims.
    Outcome renew(const node::PeerId& peer, const ClaimSet& before, const ClaimRow& claim, Duration ttl);

    /// Drops what is over of at most this many peers, those first whose leases ended first.
    void expireDue(std::size_t mostPeers);
    /// Drops what is over of one peer's claims; those that are left.
    ClaimSet expire(const node::PeerId& id);
    bool hasRoom();

    ClaimSet claims(const node::PeerId& id) const;
    std::optional<std::uint64_t> tombstone(const ClaimKey& key) const;
    bool isForgotten(const TombstoneTable::Entry& entry) const noexcept;
    std::optional<std::uint64_t> rememberedSeq(const ClaimKey& key, const ClaimRow* claim) const;
    std::vector<node::PeerId> claimedBy(const std::string& origin) const;

    void bury(const ClaimKey& key, std::uint64_t enrSeq);
    void unbury(const ClaimKey& key);
    void forgetTombstones();
    void evictTombstones();
    void change(const node::PeerId& id, const ClaimSet& before, ClaimSet after,
                PeerEvent::Cause cause = PeerEvent::Cause::change);
    /// Adds a row that must be on the disk before anybody is told.
    void require(RowChange row);

    /// Ends a request: what it did stays, or is undone.
    void settle(Result<Outcomes> outcomes);

    const ClaimTable& _table;
    const RegistryLimits& _limits;
    const PlanTime _time;
    RegistryPlan _plan;
    Overlay<node::PeerId, ClaimSet> _claims;
    Overlay<ClaimKey, std::optional<TombstoneTable::Entry>> _tombstones;
    std::size_t _peers;
    std::uint64_t _nextOrder;
    std::uint64_t _lastNumber;

    /// How things stood when the running request began.
    struct Mark
    {
        std::size_t rows = 0;
        std::size_t events = 0;
        std::size_t peers = 0;
        std::size_t expired = 0;
        bool mayWait = true;
        Revision revision;
    };
    Mark _mark;
};

} // namespace waymark::registry
