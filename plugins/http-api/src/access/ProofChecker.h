#pragma once

#include "access/Proof.h"
#include "access/ProofLedger.h"

#include <waymark/base/Clock.h>
#include <waymark/node/IpAddress.h>
#include <waymark/registry/PeerRegistry.h>

#include <optional>
#include <string>

namespace waymark::httpapi
{

/// Says whether proofs are good: for this registry, now, and for the first time. Any thread.
class ProofChecker
{
public:
    /// Both outlive it.
    ProofChecker(const Clock& clock, const registry::PeerRegistry& registry);

    /// What can be said before the body is there, and costs nothing. A refusal, or nothing.
    std::optional<Refusal> precheck(const Proof& proof) const;
    /// The signature, over the whole request; a good one is used up. `budget` is what it is counted under.
    std::optional<Refusal> check(const Proof& proof, const ProvenRequest& request,
                                 const node::IpAddress& budget);

    /// For the field WWW-Authenticate: what a proof needs to know.
    std::string challenge() const;
    /// When there is room again for the proofs of who was told 429.
    std::uint64_t secondsUntilRoom() const;

private:
    const Clock& _clock;
    const registry::PeerRegistry& _registry;
    ProofLedger _used;
};

} // namespace waymark::httpapi
