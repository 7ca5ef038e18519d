#include "access/ProofChecker.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace waymark::httpapi
{

namespace
{

constexpr std::uint64_t longest = 300; // seconds
constexpr std::size_t remembered = 131072;
constexpr std::size_t rememberedOfAddress = 8192;

Refusal refusal(int status, std::string message)
{
    return {status, std::move(message)};
}

} // namespace

ProofChecker::ProofChecker(const Clock& clock, const registry::PeerRegistry& registry)
    : _clock(clock), _registry(registry), _used(remembered, rememberedOfAddress)
{
}

std::optional<Refusal> ProofChecker::precheck(const Proof& proof) const
{
    if (proof.epoch != _registry.revision().epoch)
        return refusal(401, "the proof is for another registry or from before a restart: sign again with "
                            "the epoch of this answer");
    const std::uint64_t now = _clock.unixSeconds();
    if (proof.expires <= now)
        return refusal(401, "the proof has expired: sign again, and look at the clock");
    if (proof.expires - now > longest)
        return refusal(401, "the proof is valid for too long: it may expire 300 seconds from now at most");
    return std::nullopt;
}

std::optional<Refusal> ProofChecker::check(const Proof& proof, const ProvenRequest& request,
                                           const node::IpAddress& budget)
{
    // The body may have taken its time.
    if (auto early = precheck(proof))
        return early;
    const auto digest = proof.digest(request);
    if (!proof.isSigned(digest))
        return refusal(401,
                       "the proof's signature is not by this peer's key over this method, path and body");
    switch (_used.take(digest, proof.expires, _clock.unixSeconds(), budget)) {
    case ProofLedger::Entry::taken:
        return std::nullopt;
    case ProofLedger::Entry::used:
        return refusal(401, "the proof was used before: sign again, with another expires");
    case ProofLedger::Entry::full:
        break;
    }
    return refusal(429, "too many proofs were used in the last minutes: try again later");
}

std::uint64_t ProofChecker::secondsUntilRoom() const
{
    return std::max<std::uint64_t>(1, _used.untilNextForgotten(_clock.unixSeconds()));
}

std::string ProofChecker::challenge() const
{
    return std::string(Proof::scheme) + " epoch=\"" + epochText(_registry.revision().epoch) + '"';
}

} // namespace waymark::httpapi
