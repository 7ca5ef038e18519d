#pragma once

#include "registry/ClaimTable.h"
#include "registry/Overlay.h"

#include <waymark/registry/RegistryState.h>

namespace waymark::registry
{

/// Works one plan out: looks at the claims, writes into an overlay.
class Planner
{
public:
    Planner(const ClaimTable& table, const RegistryLimits& limits, Revision revision);

    RegistryPlan plan(std::span<const RegistryRequest> requests);

private:
    using Outcomes = std::vector<Outcome>;

    Result<Outcomes> work(const ChangeBatch& batch);
    Result<Outcomes> work(const SyncClaims& sync);
    Result<Outcome> work(const PutClaim& put);
    Result<Outcome> work(const DropClaim& drop);
    Result<Outcome> putClaim(const std::string& origin, const Peer& peer);
    Outcome dropClaim(const ClaimKey& key);

    const ClaimSet& claims(const node::PeerId& id) const;
    std::optional<std::uint64_t> tombstone(const ClaimKey& key) const;
    std::optional<std::uint64_t> rememberedSeq(const ClaimKey& key, const ClaimRow* claim) const;
    std::vector<node::PeerId> claimedBy(const std::string& origin) const;

    void bury(const ClaimKey& key, std::uint64_t enrSeq);
    void unbury(const ClaimKey& key);
    void evictTombstones();
    void change(const node::PeerId& id, ClaimSet after);

    /// Ends a request: what it did stays, or is undone.
    void settle(Result<Outcomes> outcomes);

    const ClaimTable& _table;
    const RegistryLimits& _limits;
    RegistryPlan _plan;
    Overlay<node::PeerId, ClaimSet> _claims;
    Overlay<ClaimKey, std::optional<TombstoneTable::Entry>> _tombstones;
    std::size_t _peers;
    std::uint64_t _nextOrder;

    /// How things stood when the running request began.
    struct Mark
    {
        std::size_t rows = 0;
        std::size_t events = 0;
        std::size_t peers = 0;
        Revision revision;
    };
    Mark _mark;
};

} // namespace waymark::registry
