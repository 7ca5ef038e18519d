#pragma once

#include <waymark/registry/Change.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace waymark::registry
{

/// A claim as it is stored. Keyed by (peer, origin).
struct ClaimRow
{
    std::string origin;
    std::shared_ptr<const Peer> peer;    ///< never null
    std::optional<std::uint64_t> enrSeq; ///< the highest ENR seq that this origin ever showed for the peer
    /// Stored are ttl and wallExpiry; loading works out what is left.
    Lease lease{};
    /// The claim's own among all that are stored, from 1, for as long as it is there: new ones have higher
    /// numbers, so that a store that keeps rows by it writes them side by side, whatever their keys are. A
    /// store may leave it out: 0 in what is loaded, or is brought from another store, stands for the next.
    std::uint64_t number = 0;
};

/// A new lease of a stored claim.
struct LeaseRow
{
    node::PeerId peer;
    std::string origin;
    Lease lease;
    std::uint64_t number = 0; ///< of its ClaimRow
};

/// What stays of a removed claim that had shown an ENR: an older ENR stays refused. Keyed by (peer, origin).
struct TombstoneRow
{
    node::PeerId peer;
    std::string origin;
    std::uint64_t enrSeq = 0;
    std::uint64_t order = 0; ///< grows with every removal; when there are too many the lowest goes first
    WallTime buried{};       ///< when it was removed; 1970 where that is not known: loading says now
};

/// A claim that is gone.
struct ClaimGone
{
    node::PeerId peer;
    std::string origin;
    std::uint64_t number = 0; ///< of its ClaimRow
};

/// A tombstone that is gone.
struct TombstoneGone
{
    node::PeerId peer;
    std::string origin;
};

/// What a durable back end writes, in order. Putting replaces what has the same key.
using RowChange = std::variant<ClaimRow, ClaimGone, TombstoneRow, TombstoneGone, LeaseRow>;

/// What a durable back end reads back.
using StoredRow = std::variant<ClaimRow, TombstoneRow>;

/// A batch of changes, or (sync) the whole of what an origin claims.
struct SyncClaims
{
    std::string origin;
    std::vector<Peer> peers;
};
using RegistryRequest = std::variant<ChangeBatch, SyncClaims>;

/// What a group of requests will do to a RegistryState, worked out without touching it.
struct RegistryPlan
{
    std::vector<RowChange> rows; ///< to be written in one transaction with `revision`
    /// None of the rows need be on the disk before anybody is told: renewals, and what follows from the time
    /// alone, so that a start without these rows comes to the same. They must still be written before the
    /// rows of later plans.
    bool mayWait = true;
    Revision revision;              ///< of the registry after the plan
    std::vector<ClaimGone> expired; ///< claims that go because their leases are over
    /// For each request what became of it. A request that failed has no rows; the others go on without it.
    std::vector<Result<ApplyReport>> reports;
    /// What the registry will tell, in order of revision.
    std::vector<std::shared_ptr<const PeerEvent>> events;
};

} // namespace waymark::registry
