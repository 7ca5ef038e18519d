#pragma once

#include "routes/Context.h"
#include "server/Refusal.h"

#include <waymark/http/ApiRequest.h>
#include <waymark/observe/Log.h>
#include <waymark/registry/Change.h>

#include <chrono>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// A proxy on this host makes every client look local, so what it forwards does not count as local.
bool takesSecretKeys(const Context& context, const http::ApiRequest& request);

/// How long a claim may last for which `ttl` is asked.
Answered<std::chrono::seconds> allowedTtl(const Context& context, std::chrono::seconds ttl);

/// What the JSON object of a registration makes this API claim, checked as far as that is possible without
/// the registry. Refusals as readRegistration(); 422 also for this node itself, which would answer with
/// itself as one of its neighbours, and for a ttl that is not granted here.
Answered<registry::Claim> admit(const Context& context, std::string_view body, bool secretKeys);

/// What Outcome::stale means to a client.
Refusal staleRecord();

/// What the log says of a registration.
struct RegistrationNote
{
    explicit RegistrationNote(const registry::Claim& claim);

    node::PeerId peer;
    std::string hosts; ///< each once, an IPv4 and an IPv6 one at most
    std::chrono::seconds ttl;
};

void logRegistered(const observe::Log& log, const RegistrationNote& note, registry::Outcome outcome,
                   registry::Revision revision, const std::string& request);

} // namespace waymark::httpapi
