#pragma once

#include "server/Refusal.h"
#include "server/RequestHead.h"
#include "server/WipedRequest.h"

#include <waymark/http/RouteTable.h>

#include <string_view>

namespace waymark::httpapi
{

/// What a request line asks for; borrowed from it.
struct Target
{
    std::string_view path;  ///< as sent, percent-encoded
    std::string_view query; ///< as sent, without '?'
};

/// Takes the origin form or the absolute form apart (RFC 9112 section 3.2). 400 for what is neither.
Answered<Target> parseTarget(std::string_view target);

/// Everything of the request but its remote end, body, parameters and id. 400 for broken percent-encoding.
Answered<WipedRequest> readRequest(const RequestHead& head, const Target& target);

/// Whether the route takes what the client wants to send: 415 otherwise.
Answered<void> checkContent(const RequestHead& head, const http::Route& route);

} // namespace waymark::httpapi
