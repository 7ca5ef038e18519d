#pragma once

#include "server/Refusal.h"

#include <waymark/http/ApiRequest.h>
#include <waymark/http/RouteTable.h>

#include <Poco/Net/HTTPServerRequest.h>

#include <string>

namespace waymark::httpapi
{

/// What a request line asks for.
struct Target
{
    std::string path;  ///< as sent, percent-encoded
    std::string query; ///< as sent, without '?'
};

/// Takes the origin form or the absolute form apart (RFC 9112 section 3.2). 400 for what is neither.
Answered<Target> parseTarget(const std::string& target);

/// Everything of the request but its body, parameters and id. 400 for broken percent-encoding.
Answered<http::ApiRequest> readRequest(const Poco::Net::HTTPServerRequest& request, const Target& target);

/// Whether the route takes what the client wants to send: 415 otherwise.
Answered<void> checkContent(const Poco::Net::HTTPServerRequest& request, const http::Route& route);

} // namespace waymark::httpapi
