#pragma once

#include <waymark/base/Result.h>
#include <waymark/registry/Lease.h>
#include <waymark/registry/Peer.h>
#include <waymark/registry/Revision.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace waymark::registry
{

/// The origin of what comes in over HTTP.
inline constexpr std::string_view apiOrigin = "api";

/// One origin's statement that a peer is there. Keyed by (peer, origin): a second claim of the same origin
/// replaces the first. A peer exists while one claim does.
struct Claim
{
    std::string origin; ///< "api", "file:...", "kubernetes", ...
    Peer peer;
    Duration ttl{0}; ///< how long it lasts unless it is renewed: minimumTtl to maximumTtl, or 0 for ever

    friend bool operator==(const Claim&, const Claim&) = default;
};

/// Puts or replaces a claim. One whose ENR is older than the last that its origin showed, also before
/// a removal, is refused as stale. One that says what the origin said before renews the lease.
struct PutClaim
{
    Claim claim;
};

/// Takes one origin's claim on a peer away.
struct DropClaim
{
    node::PeerId peer;
    std::string origin;
};

/// Lets a claim last for another `ttl` from now. Without one it is given the ttl that it has.
struct RenewLease
{
    node::PeerId peer;
    std::string origin;
    std::optional<Duration> ttl; ///< as in Claim
};

using Change = std::variant<PutClaim, DropClaim, RenewLease>;
using ChangeBatch = std::vector<Change>;

enum class Outcome : std::uint8_t
{
    created,   ///< the peer is new
    updated,   ///< the peer was there, and this claim on it is new or different
    unchanged, ///< nothing to do: the claim is the same as before
    removed,   ///< the claim is gone (the peer too, unless another origin claims it)
    absent,    ///< there was no such claim to drop or renew, or its lease was over
    stale,     ///< refused: its ENR is older than one seen before
    renewed    ///< only the claim's lease is another one; no revision and no event
};

std::string_view toString(Outcome outcome) noexcept;

/// How many outcomes there are.
inline constexpr std::size_t outcomeCount = static_cast<std::size_t>(Outcome::renewed) + 1;

/// What became of a batch: one outcome for each change, in order.
struct ApplyReport
{
    std::vector<Outcome> outcomes;
    Revision revision; ///< after the batch
};

/// Called exactly once, on a thread of the back end or of the caller, when the change is as durable as
/// the back end promises, or with the reason why nothing of it happened. It is brief and does not throw.
using Completion = std::function<void(Result<ApplyReport>)>;

/// One change of what the registry shows, after merging all claims.
struct PeerEvent
{
    enum class Kind : std::uint8_t
    {
        put,
        removed
    };
    enum class Cause : std::uint8_t
    {
        change,
        expiry ///< a lease is over; where another origin claims the peer its claim is shown now
    };
    Kind kind;
    Revision revision;
    node::PeerId id;
    std::optional<Peer> peer; ///< as it is now; empty when removed
    Cause cause = Cause::change;
};

/// One origin's claim on a peer, without what it says.
struct ClaimState
{
    std::string origin;
    Lease lease;

    friend bool operator==(const ClaimState&, const ClaimState&) = default;
};

} // namespace waymark::registry
