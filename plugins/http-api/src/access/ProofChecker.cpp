#include "access/ProofChecker.h"

#include <algorithm>
#include <cstdint>

namespace waymark::httpapi
{

namespace
{

constexpr std::uint64_t longest = 300; // seconds

Refusal refusal(int status, std::string message)
{
    return {status, std::move(message)};
}

} // namespace

ProofChecker::ProofChecker(const Clock& clock, const registry::PeerRegistry& registry, Bounds bounds)
    : _clock(clock), _registry(registry), _used(bounds.proofs, bounds.ofAddress)
{
}

std::optional<Refusal> ProofChecker::precheck(const Proof& proof) const
{
    if (proof.epoch != _registry.revision().epoch)
        return refusal(401, "the proof is for another registry or from before a restart: sign again with "
                            "the epoch of this answer");
    const std::uint64_t now = _clock.unixSeconds();
    if (proof.expires <= now)
        return refusal(401, std::string(expired));
    if (proof.expires - now > longest)
        return refusal(401, std::string(tooLong));
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
    Refusal full = refusal(429, "too many proofs were used in the last minutes: try again later");
    full.retryAfter = std::max<std::uint64_t>(1, _used.untilNextForgotten(_clock.unixSeconds()));
    return full;
}

std::string ProofChecker::challenge() const
{
    return std::string(Proof::scheme) + " epoch=\"" + _registry.revision().epochText() + '"';
}

} // namespace waymark::httpapi
