#pragma once

#include "server/Channel.h"
#include "server/Refusal.h"

#include <waymark/http/RouteTable.h>

#include <optional>

namespace waymark::httpapi
{

/// Why the client of this channel may not call a route, where clients show certificates (403).
std::optional<Refusal> refusalOfClient(const Channel& channel, http::Role needed);

} // namespace waymark::httpapi
