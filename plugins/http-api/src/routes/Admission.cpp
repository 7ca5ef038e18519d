#include "routes/Admission.h"

#include "json/RegistrationRequest.h"

#include <utility>

namespace waymark::httpapi
{

bool takesSecretKeys(const Context& context, const http::ApiRequest& request)
{
    if (request.provenPeer)
        return false; // who can sign has no reason to give the key away
    switch (context.secretKeys.load()) {
    case SecretKeys::accept:
        return true;
    case SecretKeys::loopback:
        return request.fromThisHost();
    case SecretKeys::refuse:
        break;
    }
    return false;
}

Answered<std::chrono::seconds> allowedTtl(const Context& context, std::chrono::seconds ttl)
{
    const std::chrono::seconds most = context.maximumTtl;
    if (most.count() != 0 && (ttl.count() == 0 || ttl > most))
        return refuse(422, "ttl must be from 1 to " + std::to_string(most.count()) +
                               " seconds here (http-api.maximum-ttl)");
    return ttl;
}

Answered<registry::Claim> admit(const Context& context, std::string_view body, bool secretKeys)
{
    auto registration = readRegistration(body, secretKeys);
    if (!registration)
        return tl::unexpected(std::move(registration.error()));
    const auto ttl = allowedTtl(context, registration->ttl.value_or(context.defaultTtl));
    if (!ttl)
        return tl::unexpected(ttl.error());
    if (registration->peer.id == node::PeerId(context.localNode->key()))
        return refuse(422,
                      "this is the bootnode itself, which needs no registration: register the node under "
                      "its own key");
    return registry::Claim{std::string(registry::apiOrigin), std::move(registration->peer), *ttl};
}

Refusal staleRecord()
{
    return {409, "enr: a record of this peer with a higher seq was seen before; send the current one"};
}

RegistrationNote::RegistrationNote(const registry::Claim& claim)
    : peer(claim.peer.id), ttl(std::chrono::duration_cast<std::chrono::seconds>(claim.ttl))
{
    for (const auto family : {node::IpFamily::v4, node::IpFamily::v6}) {
        if (const auto endpoint = claim.peer.endpoint(family))
            hosts += (hosts.empty() ? "" : ",") + endpoint->ip.toString();
    }
}

void logRegistered(const observe::Log& log, const RegistrationNote& note, registry::Outcome outcome,
                   registry::Revision revision, const std::string& request)
{
    log.limited(observe::LogLevel::info, "peer.registered",
                {{"peer", note.peer.toString()},
                 {"ip", note.hosts},
                 {"ttl", note.ttl.count()},
                 {"outcome", registry::toString(outcome)},
                 {"revision", revision.toString()},
                 {"request", request}});
}

} // namespace waymark::httpapi
