#include "json/RegistrationRequest.h"
#include "routes/Admission.h"
#include "routes/PeerAnswers.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

/// `asked` is the claim's lease as of when it was asked for. It is told where the claim is gone already: the
/// disk may have taken longer than it lasts.
http::ApiResponse registered(const Context& context, const registry::Claim& claim,
                             const registry::Lease& asked, const std::string& request,
                             const Result<registry::ApplyReport>& report)
{
    if (!report)
        return registryFailed(context.log, report.error());
    const auto outcome = report->outcomes.front();
    if (outcome == registry::Outcome::stale)
        return answer(staleRecord());
    logRegistered(context.log, RegistrationNote(claim), outcome, report->revision, request);
    std::string body;
    const registry::Peer& peer = claim.peer;
    const auto lease = apiLease(*context.registry, peer.id).value_or(asked);
    appendPeer(body, peer, standingOf(context, peer.id, report->revision, lease));
    return http::ApiResponse::json(201, std::move(body));
}

http::ApiResponse registerPeer(const Context& context, const http::ApiRequest& request)
{
    auto claim = admit(context, request.body, takesSecretKeys(context, request));
    if (!claim)
        return answer(claim.error());
    const std::string peer = claim->peer.id.toString();
    if (request.provenPeer && claim->peer.id != node::PeerId(*request.provenPeer))
        return http::ApiResponse::error(403, "the proof is by another key than that of the peer which this "
                                             "would register")
            .about(peer);
    const auto lease = registry::Lease::beginning(claim->ttl, context.clock->now(), context.clock->wallNow());
    return http::ApiResponse::later([&context, claim = std::move(*claim), lease,
                                     id = request.requestId](const http::Responder& responder) {
               context.registry->apply(
                   {registry::PutClaim{claim}},
                   [&context, claim, lease, id, responder](const Result<registry::ApplyReport>& report) {
                       responder(registered(context, claim, lease, id, report));
                   });
           })
        .about(peer);
}

http::ApiResponse renewed(const registry::PeerRegistry& registry, const observe::Log& log,
                          const node::PeerId& peer, const std::string& request,
                          const Result<registry::ApplyReport>& report)
{
    if (!report)
        return registryFailed(log, report.error());
    const auto outcome = report->outcomes.front();
    const auto lease = apiLease(registry, peer);
    if (outcome == registry::Outcome::absent || !lease)
        return unknownPeer();
    log.debug("peer.renewed",
              {{"peer", peer.toString()}, {"outcome", registry::toString(outcome)}, {"request", request}});
    const auto ttl = std::chrono::duration_cast<std::chrono::seconds>(lease->ttl);
    return http::ApiResponse::json(200, R"({"id":")" + peer.toString() + R"(","ttl":)" +
                                            std::to_string(ttl.count()) + R"(,"expires_at":)" +
                                            expiryJson(*lease) + '}');
}

/// The ttl to renew with; nothing for the one that the claim has.
Answered<std::optional<Duration>> renewalTtl(const Context& context, const http::ApiRequest& request,
                                             const node::PeerId& peer)
{
    const auto asked = readRenewal(request.body);
    if (!asked)
        return tl::unexpected(asked.error());
    if (*asked) {
        const auto ttl = allowedTtl(context, **asked);
        return ttl ? Answered<std::optional<Duration>>(*ttl) : tl::unexpected(ttl.error());
    }
    const Duration most = context.maximumTtl.load();
    const auto lease = apiLease(*context.registry, peer);
    const bool isTooLong = most != Duration::zero() && lease && (lease->isForever() || lease->ttl > most);
    return isTooLong ? std::optional(most) : std::nullopt;
}

/// Lets what this API registered last longer.
http::ApiResponse renewLease(const Context& context, const http::ApiRequest& request)
{
    const auto id = idOf(request);
    if (!id)
        return answer(id.error());
    const auto ttl = renewalTtl(context, request, *id);
    if (!ttl)
        return answer(ttl.error());
    return http::ApiResponse::later([registry = context.registry, log = context.log, peer = *id, ttl = *ttl,
                                     requestId = request.requestId](const http::Responder& responder) {
        registry->apply(
            {registry::RenewLease{peer, std::string(registry::apiOrigin), ttl}},
            [registry, log, peer, requestId, responder](const Result<registry::ApplyReport>& report) {
                responder(renewed(*registry, log, peer, requestId, report));
            });
    });
}

http::ApiResponse removed(const observe::Log& log, const node::PeerId& peer, const std::string& request,
                          const Result<registry::ApplyReport>& report)
{
    if (!report)
        return registryFailed(log, report.error());
    if (report->outcomes.front() != registry::Outcome::removed)
        return unknownPeer();
    log.limited(observe::LogLevel::info, "peer.removed",
                {{"peer", peer.toString()}, {"revision", report->revision.toString()}, {"request", request}});
    return http::ApiResponse::json(200, R"({"removed":true})");
}

/// Takes back what this API registered; a peer that another origin claims as well stays.
http::ApiResponse removePeer(const Context& context, const http::ApiRequest& request)
{
    const auto id = idOf(request);
    if (!id)
        return answer(id.error());
    return http::ApiResponse::later([registry = context.registry, log = context.log, peer = *id,
                                     requestId = request.requestId](const http::Responder& responder) {
        registry->apply({registry::DropClaim{peer, std::string(registry::apiOrigin)}},
                        [log, peer, requestId, responder](const Result<registry::ApplyReport>& report) {
                            responder(removed(log, peer, requestId, report));
                        });
    });
}

} // namespace

std::vector<Subscription> addRegistrationRoutes(http::RouteTable& routes, const Context& context)
{
    using Serve = http::ApiResponse (*)(const Context&, const http::ApiRequest&);
    std::vector<Subscription> added;
    const auto add = [&](std::string method, std::string pattern, std::string summary, Serve serve) {
        http::Route route;
        route.acceptsJson = method != "DELETE";
        route.mayBeEmpty = method == "PUT";
        route.method = std::move(method);
        route.pattern = std::move(pattern);
        route.summary = std::move(summary);
        route.role = http::Role::registrant;
        route.mutates = true;
        route.takesProof = true;
        route.handler = [serve, &context](const http::ApiRequest& request) {
            return serve(context, request);
        };
        added.push_back(routes.add(std::move(route)));
    };
    add("POST", "/peers", "Registers a peer, first or again", registerPeer);
    add("DELETE", "/peers/{id}", "Removes a peer", removePeer);
    add("PUT", "/peers/{id}/lease", "Lets a registration last longer", renewLease);
    return added;
}

} // namespace waymark::httpapi
