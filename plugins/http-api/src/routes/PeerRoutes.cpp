#include "json/PeerJson.h"
#include "json/RegistrationRequest.h"
#include "routes/Context.h"

#include <chrono>
#include <optional>
#include <string>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t pageSize = 1000;

std::string peerJson(const registry::Peer& peer, const registry::Lease& lease)
{
    std::string text;
    appendPeer(text, peer, lease);
    return text;
}

/// The lease of what this API claims; nothing when it claims nothing.
std::optional<registry::Lease> apiLease(const registry::PeerRegistry& registry, const node::PeerId& id)
{
    for (const registry::ClaimState& claim : registry.claims(id)) {
        if (claim.origin == registry::apiOrigin)
            return claim.lease;
    }
    return std::nullopt;
}

/// How long a claim may last for which `ttl` is asked.
Answered<std::chrono::seconds> allowedTtl(const Context& context, std::chrono::seconds ttl)
{
    const std::chrono::seconds most = context.maximumTtl;
    if (most.count() != 0 && (ttl.count() == 0 || ttl > most))
        return refuse(422, "ttl must be from 1 to " + std::to_string(most.count()) +
                               " seconds here (http-api.maximum-ttl)");
    return ttl;
}

http::ApiResponse unknownPeer()
{
    return http::ApiResponse::error(404, "no peer with this id is registered");
}

/// Why the registry changed nothing.
http::ApiResponse registryFailed(const observe::Log& log, const Error& error)
{
    switch (error.code) {
    case ErrorCode::busy:
        return http::ApiResponse::error(429, error.message).header("Retry-After", "1");
    case ErrorCode::unavailable:
        return http::ApiResponse::error(503, error.message).header("Retry-After", "1");
    case ErrorCode::stale:
    case ErrorCode::conflict:
        return http::ApiResponse::error(409, error.message);
    case ErrorCode::invalidArgument:
    case ErrorCode::tooLarge:
        return http::ApiResponse::error(422, error.message);
    default:
        break;
    }
    log.limited(observe::LogLevel::error, "http.registry_failed",
                {{"code", toString(error.code)}, {"error", error.message}},
                "A change was not made; the client got status 500.");
    return http::ApiResponse::error(500, "the registry failed; the log says why");
}

/// The path's {id}. Its text is never repeated: somebody may have pasted a secret key there.
Answered<node::PeerId> idOf(const http::ApiRequest& request)
{
    auto id = node::PeerId::parse(request.parameter("id"));
    if (!id)
        return refuse(400, "a peer id is 128 hex digits, with or without 0x: the public key of the peer");
    return std::move(*id);
}

http::ApiResponse answer(const Refusal& refusal)
{
    return http::ApiResponse::error(refusal.status, refusal.message);
}

http::ApiResponse listPeers(const Context& context, const http::ApiRequest&)
{
    std::string body = "[";
    std::optional<node::PeerId> after;
    do {
        const auto page = context.registry->list(after, pageSize);
        for (std::size_t i = 0; i < page.peers.size(); ++i) {
            if (body.size() > 1)
                body += ',';
            appendPeer(body, page.peers[i], page.leases[i]);
        }
        after = page.next;
    } while (after);
    return http::ApiResponse::json(200, body + ']');
}

http::ApiResponse showPeer(const Context& context, const http::ApiRequest& request)
{
    const auto id = idOf(request);
    if (!id)
        return answer(id.error());
    const auto peer = context.registry->find(*id);
    const auto claims = context.registry->claims(*id);
    if (!peer || claims.empty())
        return unknownPeer();
    return http::ApiResponse::json(200, peerJson(*peer, claims.front().lease));
}

/// A proxy on this host makes every client look local, so what it forwards does not count as local.
bool takesSecretKeys(const Context& context, const http::ApiRequest& request)
{
    switch (context.secretKeys.load()) {
    case SecretKeys::accept:
        return true;
    case SecretKeys::loopback:
        return request.fromLoopback() && !request.header("Forwarded") && !request.header("X-Forwarded-For");
    case SecretKeys::refuse:
        break;
    }
    return false;
}

/// Each once, a v4 and a v6 one at most.
std::string hostsOf(const registry::Peer& peer)
{
    std::string hosts;
    for (const auto family : {node::IpFamily::v4, node::IpFamily::v6}) {
        if (const auto endpoint = peer.endpoint(family))
            hosts += (hosts.empty() ? "" : ",") + endpoint->ip.toString();
    }
    return hosts;
}

/// `asked`: the lease as of when it was asked for. It is told where the claim is gone already: the disk may
/// have taken longer than it lasts.
http::ApiResponse registered(const registry::PeerRegistry& registry, const observe::Log& log,
                             const registry::Peer& peer, const registry::Lease& asked,
                             const std::string& request, const Result<registry::ApplyReport>& report)
{
    if (!report)
        return registryFailed(log, report.error());
    const auto outcome = report->outcomes.front();
    if (outcome == registry::Outcome::stale)
        return http::ApiResponse::error(409, "enr: a record of this peer with a higher seq was seen before; "
                                             "send the current one");
    log.limited(observe::LogLevel::info, "peer.registered",
                {{"peer", peer.id.toString()},
                 {"ip", hostsOf(peer)},
                 {"ttl", std::chrono::duration_cast<std::chrono::seconds>(asked.ttl).count()},
                 {"outcome", registry::toString(outcome)},
                 {"revision", report->revision.toString()},
                 {"request", request}});
    return http::ApiResponse::json(201, peerJson(peer, apiLease(registry, peer.id).value_or(asked)));
}

http::ApiResponse registerPeer(const Context& context, const http::ApiRequest& request)
{
    auto registration = readRegistration(request.body, takesSecretKeys(context, request));
    if (!registration)
        return answer(registration.error());
    const auto ttl = allowedTtl(context, registration->ttl.value_or(context.defaultTtl));
    if (!ttl)
        return answer(ttl.error());
    registry::Peer& peer = registration->peer;
    // Asked for itself, the node would answer with itself as one of its neighbours.
    if (peer.id == node::PeerId(context.localNode->key()))
        return http::ApiResponse::error(422, "this is the bootnode itself, which needs no registration: "
                                             "register the node under its own key");
    const auto lease = registry::Lease::beginning(*ttl, context.clock->now(), context.clock->wallNow());
    return http::ApiResponse::later([registry = context.registry, log = context.log, peer = std::move(peer),
                                     lease, id = request.requestId](const http::Responder& responder) {
        registry->apply(
            {registry::PutClaim{{std::string(registry::apiOrigin), peer, lease.ttl}}},
            [registry, log, peer, lease, id, responder](const Result<registry::ApplyReport>& report) {
                responder(registered(*registry, log, peer, lease, id, report));
            });
    });
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

std::vector<Subscription> addPeerRoutes(http::RouteTable& routes, const Context& context)
{
    using Serve = http::ApiResponse (*)(const Context&, const http::ApiRequest&);
    std::vector<Subscription> added;
    const auto add = [&](std::string method, std::string pattern, std::string summary, bool mutates,
                         Serve serve) {
        http::Route route;
        route.acceptsJson = method == "POST" || method == "PUT";
        route.mayBeEmpty = method == "PUT";
        route.method = std::move(method);
        route.pattern = std::move(pattern);
        route.summary = std::move(summary);
        route.role = mutates ? http::Role::registrant : http::Role::reader;
        route.mutates = mutates;
        route.handler = [serve, &context](const http::ApiRequest& request) {
            return serve(context, request);
        };
        added.push_back(routes.add(std::move(route)));
    };
    add("GET", "/peers", "Every registered peer", false, listPeers);
    add("POST", "/peers", "Registers a peer, first or again", true, registerPeer);
    add("GET", "/peers/{id}", "One registered peer", false, showPeer);
    add("DELETE", "/peers/{id}", "Removes a peer", true, removePeer);
    add("PUT", "/peers/{id}/lease", "Lets a registration last longer", true, renewLease);
    return added;
}

} // namespace waymark::httpapi
