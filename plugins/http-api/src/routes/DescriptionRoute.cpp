#include "documents/SignatureBase.h"
#include "routes/ApiDescription.h"
#include "routes/Context.h"

#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t tagDigits = 24;

} // namespace

std::vector<Subscription> addDescriptionRoute(http::RouteTable& routes, const Context&)
{
    http::Route route;
    route.method = "GET";
    route.pattern = "/openapi.yaml";
    route.summary = "This API, with the routes of every loaded plugin";
    route.role = http::Role::reader;
    route.handler = [&routes](const http::ApiRequest&) {
        std::string text = describeApi(ownDescription(), routes);
        const std::string tag = toHex(sha256(text)).substr(0, tagDigits);
        return http::ApiResponse::complete(200, "application/yaml", std::move(text))
            .header("ETag", '"' + tag + '"')
            .header("Cache-Control", "no-cache");
    };
    std::vector<Subscription> added;
    added.push_back(routes.add(std::move(route)));
    return added;
}

} // namespace waymark::httpapi
