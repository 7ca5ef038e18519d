#include "access/CrossOrigin.h"

#include <algorithm>
#include <utility>

namespace waymark::httpapi
{

CrossOrigin::CrossOrigin(std::vector<std::string> origins)
    : _origins(std::move(origins)), _all(std::ranges::find(_origins, "*") != _origins.end())
{
}

Result<void> CrossOrigin::check(std::string_view origin)
{
    if (origin == "*")
        return {};
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' ||
               c == '[' || c == ']';
    };
    for (const std::string_view scheme : {"https://", "http://"}) {
        const std::string_view host = origin.substr(std::min(scheme.size(), origin.size()));
        if (origin.starts_with(scheme) && !host.empty() && std::ranges::all_of(host, plain))
            return {};
    }
    return failure(ErrorCode::invalidArgument, "an origin is https://HOST or http://HOST:PORT in lower case, "
                                               "without a path; or * for all");
}

bool CrossOrigin::lets(std::string_view origin) const
{
    return _all || std::ranges::find(_origins, origin) != _origins.end();
}

http::ApiResponse::Headers CrossOrigin::headersFor(const RequestHead& head) const
{
    if (_origins.empty() || (head.method != "GET" && head.method != "HEAD" && head.method != "OPTIONS"))
        return {};
    http::ApiResponse::Headers headers;
    if (!_all)
        headers.emplace("Vary", "Origin");
    const auto origin = head.field("Origin");
    if (!origin || !lets(*origin))
        return headers;
    headers.emplace("Access-Control-Allow-Origin", _all ? "*" : *origin);
    headers.emplace("Access-Control-Expose-Headers",
                    "Content-Digest, ETag, Link, Retry-After, Signature, Signature-Input, "
                    "Waymark-Revision, X-Request-Id");
    return headers;
}

std::optional<http::ApiResponse> CrossOrigin::preflight(const RequestHead& head,
                                                        const std::vector<std::string>& allowed) const
{
    const auto origin = head.field("Origin");
    const auto method = head.field("Access-Control-Request-Method");
    const bool asks = head.method == "OPTIONS" && origin && (method == "GET" || method == "HEAD");
    if (!asks || !lets(*origin) || std::ranges::find(allowed, "GET") == allowed.end())
        return std::nullopt;
    return http::ApiResponse::complete(200, "text/plain; charset=utf-8", {})
        .header("Access-Control-Allow-Methods", "GET, HEAD")
        .header("Access-Control-Allow-Headers", "Authorization, If-None-Match, Last-Event-ID")
        .header("Access-Control-Max-Age", "600");
}

} // namespace waymark::httpapi
