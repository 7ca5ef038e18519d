#include "routes/PeerAnswers.h"

#include <utility>

namespace waymark::httpapi
{

namespace
{

/// What the first protocol knows that follows the peer, or better: that it is live.
std::optional<discovery::PeerLiveness> livenessOf(const Context& context, const node::PeerId& id)
{
    std::optional<discovery::PeerLiveness> best;
    for (const auto* protocol : context.discoveries) {
        const auto known = protocol->liveness(id);
        if (known && (!best || known->state == discovery::Liveness::live))
            best = known;
        if (best && best->state == discovery::Liveness::live)
            break;
    }
    return best;
}

} // namespace

std::optional<registry::Lease> apiLease(const registry::PeerRegistry& registry, const node::PeerId& id)
{
    for (const registry::ClaimState& claim : registry.claims(id)) {
        if (claim.origin == registry::apiOrigin)
            return claim.lease;
    }
    return std::nullopt;
}

PeerStanding standingOf(const Context& context, const node::PeerId& id, registry::Revision revision,
                        const std::optional<registry::Lease>& shown)
{
    PeerStanding standing;
    standing.revision = revision;
    standing.liveness = livenessOf(context, id);
    for (registry::ClaimState& claim : context.registry->claims(id)) {
        if (standing.origins.empty())
            standing.lease = claim.lease;
        standing.origins.push_back(std::move(claim.origin));
    }
    if (shown)
        standing.lease = *shown;
    return standing;
}

Answered<node::PeerId> idOf(const http::ApiRequest& request)
{
    auto id = node::PeerId::parse(request.parameter("id"));
    if (!id)
        return refuse(400, "a peer id is 128 hex digits, with or without 0x: the public key of the peer");
    return std::move(*id);
}

http::ApiResponse answer(const Refusal& refusal)
{
    auto response = http::ApiResponse::error(refusal.status, refusal.message);
    if (refusal.status == 429 || refusal.status == 503)
        response.header("Retry-After", "1");
    return response;
}

http::ApiResponse unknownPeer()
{
    return http::ApiResponse::error(404, "no peer with this id is registered");
}

Refusal registryRefusal(const observe::Log& log, const Error& error)
{
    switch (error.code) {
    case ErrorCode::busy:
        return {429, error.message};
    case ErrorCode::unavailable:
        return {503, error.message};
    case ErrorCode::stale:
    case ErrorCode::conflict:
        return {409, error.message};
    case ErrorCode::invalidArgument:
    case ErrorCode::tooLarge:
        return {422, error.message};
    default:
        break;
    }
    log.limited(observe::LogLevel::error, "http.registry_failed",
                {{"code", toString(error.code)}, {"error", error.message}},
                "A change was not made; the client got status 500.");
    return {500, "the registry failed; the log says why"};
}

http::ApiResponse registryFailed(const observe::Log& log, const Error& error)
{
    return answer(registryRefusal(log, error));
}

} // namespace waymark::httpapi
