#include "server/RequestReader.h"

#include "server/ListenSocket.h"

#include <Poco/Exception.h>
#include <Poco/Net/MediaType.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <algorithm>

namespace waymark::httpapi
{

namespace
{

Answered<std::string> decoded(const std::string& text, bool plusIsSpace)
{
    try {
        std::string result;
        Poco::URI::decode(text, result, plusIsSpace);
        return result;
    } catch (const Poco::SyntaxException&) {
        return refuse(400, "the request's target has a broken percent-encoding", "malformed");
    }
}

Answered<void> readQuery(const std::string& query, http::ApiRequest& out)
{
    for (std::size_t start = 0; start < query.size();) {
        const std::size_t end = std::min(query.find('&', start), query.size());
        const std::string pair = query.substr(start, end - start);
        start = end + 1;
        if (pair.empty())
            continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto name = decoded(pair.substr(0, equals), true);
        const auto value = decoded(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!name || !value)
            return tl::unexpected(name ? value.error() : name.error());
        out.query.insert_or_assign(*name, *value);
    }
    return {};
}

bool carriesCredentials(const std::string& name)
{
    return Poco::icompare(name, "Authorization") == 0 || Poco::icompare(name, "Proxy-Authorization") == 0 ||
           Poco::icompare(name, "Cookie") == 0;
}

} // namespace

Answered<Target> parseTarget(const std::string& target)
{
    std::string rest = target;
    for (const std::string scheme : {"http://", "https://"}) {
        if (Poco::icompare(rest, scheme.size(), scheme) == 0 && rest.size() > scheme.size()) {
            const std::size_t slash = rest.find('/', scheme.size());
            rest = slash == std::string::npos ? "/" : rest.substr(slash);
        }
    }
    if (!rest.starts_with('/') && rest != "*")
        return refuse(400, "the request's target must begin with '/'", "malformed");
    const std::size_t question = std::min(rest.find('?'), rest.size());
    return Target{rest.substr(0, question), rest.substr(std::min(question + 1, rest.size()))};
}

Answered<http::ApiRequest> readRequest(const Poco::Net::HTTPServerRequest& request, const Target& target)
{
    http::ApiRequest out;
    out.method = request.getMethod();
    const auto path = decoded(target.path, false);
    if (!path)
        return tl::unexpected(path.error());
    out.path = *path;
    if (auto query = readQuery(target.query, out); !query)
        return tl::unexpected(query.error());
    for (const auto& [name, value] : request) {
        if (carriesCredentials(name))
            continue;
        const auto [place, added] = out.headers.emplace(name, value);
        if (!added)
            place->second += ", " + value; // RFC 9110 section 5.3
    }
    out.remote = toEndpoint(request.clientAddress());
    return out;
}

Answered<void> checkContent(const Poco::Net::HTTPServerRequest& request, const http::Route& route)
{
    if (!route.acceptsJson)
        return {};
    constexpr std::string_view reason = "media-type";
    if (request.has("Content-Encoding") && Poco::icompare(request.get("Content-Encoding"), "identity") != 0)
        return refuse(415, "the body must not be compressed", reason);
    const Poco::Net::MediaType type(request.getContentType());
    if (!type.matches("application", "json"))
        return refuse(415, "send the body as Content-Type: application/json", reason);
    if (type.hasParameter("charset") && Poco::icompare(type.getParameter("charset"), "utf-8") != 0)
        return refuse(415, "JSON is UTF-8: leave the charset out", reason);
    return {};
}

} // namespace waymark::httpapi
