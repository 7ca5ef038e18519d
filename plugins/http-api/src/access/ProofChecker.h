#pragma once

#include "access/Proof.h"
#include "access/ProofLedger.h"

#include <waymark/base/Clock.h>
#include <waymark/node/IpAddress.h>
#include <waymark/registry/PeerRegistry.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// Says whether proofs are good: for this registry, now, and for the first time. Any thread.
class ProofChecker
{
public:
    /// How many proofs are remembered until they expire, in all and of one address.
    struct Bounds
    {
        std::size_t proofs = 131'072;
        std::size_t ofAddress = 8'192;
    };

    /// Both outlive it.
    ProofChecker(const Clock& clock, const registry::PeerRegistry& registry, Bounds bounds);
    ProofChecker(const Clock& clock, const registry::PeerRegistry& registry)
        : ProofChecker(clock, registry, Bounds())
    {
    }

    /// The messages of the refusals (401) that come of clocks which differ.
    static constexpr std::string_view expired = "the proof has expired: sign again, and look at the clock";
    static constexpr std::string_view tooLong =
        "the proof is valid for too long: it may expire 300 seconds from now at most";

    /// What can be said before the body is there, and costs nothing. A refusal, or nothing.
    std::optional<Refusal> precheck(const Proof& proof) const;
    /// The signature, over the whole request; a good one is used up. `budget` is what it is counted under.
    /// Where there is no room to remember it the refusal is 429 and says when there is.
    std::optional<Refusal> check(const Proof& proof, const ProvenRequest& request,
                                 const node::IpAddress& budget);

    /// For the field WWW-Authenticate: what a proof needs to know.
    std::string challenge() const;

private:
    const Clock& _clock;
    const registry::PeerRegistry& _registry;
    ProofLedger _used;
};

} // namespace waymark::httpapi
