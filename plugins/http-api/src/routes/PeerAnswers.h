#pragma once

#include "json/PeerJson.h"
#include "routes/Context.h"
#include "server/Refusal.h"

#include <waymark/base/Error.h>
#include <waymark/http/ApiRequest.h>
#include <waymark/http/ApiResponse.h>
#include <waymark/node/PeerId.h>

#include <optional>
#include <string>

namespace waymark::httpapi
{

/// The header that tells the revision which an answer shows: what GET /events and GET /peers?wait take.
inline constexpr const char* revisionHeader = "Waymark-Revision";

/// The lease of what this API claims; nothing when it claims nothing.
std::optional<registry::Lease> apiLease(const registry::PeerRegistry& registry, const node::PeerId& id);

/// How a peer stands now. `shown` is the lease to tell; without one that of the claim that is shown.
PeerStanding standingOf(const Context& context, const node::PeerId& id, registry::Revision revision,
                        const std::optional<registry::Lease>& shown = std::nullopt);

/// The path's {id}. Its text is never repeated: somebody may have pasted a secret key there.
Answered<node::PeerId> idOf(const http::ApiRequest& request);

http::ApiResponse answer(const Refusal& refusal);
http::ApiResponse unknownPeer();

/// Why the registry changed nothing: 409, 422, 429 and 503 say what to do, anything else is logged.
Refusal registryRefusal(const observe::Log& log, const Error& error);
/// The same as an answer, with Retry-After where that helps.
http::ApiResponse registryFailed(const observe::Log& log, const Error& error);

} // namespace waymark::httpapi
