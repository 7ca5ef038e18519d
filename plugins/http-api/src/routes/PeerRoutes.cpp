#include "json/PeerJson.h"
#include "json/RegistrationRequest.h"
#include "routes/Context.h"

#include <optional>
#include <string>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t pageSize = 1000;

std::string peerJson(const registry::Peer& peer)
{
    std::string text;
    appendPeer(text, peer);
    return text;
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
        for (const registry::Peer& peer : page.peers) {
            if (body.size() > 1)
                body += ',';
            appendPeer(body, peer);
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
    return peer ? http::ApiResponse::json(200, peerJson(*peer)) : unknownPeer();
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

http::ApiResponse registered(const observe::Log& log, const registry::Peer& peer, const std::string& request,
                             const Result<registry::ApplyReport>& report)
{
    if (!report)
        return registryFailed(log, report.error());
    const auto outcome = report->outcomes.front();
    if (outcome == registry::Outcome::stale)
        return http::ApiResponse::error(409, "enr: a record of this peer with a higher seq was seen before; "
                                             "send the current one");
    log.limited(observe::LogLevel::info, "peer.registered",
                {{"peer", peer.id.toString()},
                 {"outcome", registry::toString(outcome)},
                 {"revision", report->revision.toString()},
                 {"request", request}});
    return http::ApiResponse::json(201, peerJson(peer));
}

http::ApiResponse registerPeer(const Context& context, const http::ApiRequest& request)
{
    auto peer = readRegistration(request.body, takesSecretKeys(context, request));
    if (!peer)
        return answer(peer.error());
    // Asked for itself, the node would answer with itself as one of its neighbours.
    if (peer->id == node::PeerId(context.localNode->key()))
        return http::ApiResponse::error(422, "this is the bootnode itself, which needs no registration: "
                                             "register the node under its own key");
    return http::ApiResponse::later([registry = context.registry, log = context.log, peer = std::move(*peer),
                                     id = request.requestId](const http::Responder& responder) {
        registry->apply({registry::PutClaim{{std::string(registry::apiOrigin), peer}}},
                        [log, peer, id, responder](const Result<registry::ApplyReport>& report) {
                            responder(registered(log, peer, id, report));
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
        route.acceptsJson = method == "POST";
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
    return added;
}

} // namespace waymark::httpapi
