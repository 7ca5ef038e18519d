#include "live/ChangeFeed.h"
#include "routes/PeerAnswers.h"

#include <algorithm>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

/// From where a client wants to go on: what it says in Last-Event-ID, which browsers do when they come back,
/// or in `revision`; now, when it says nothing.
Answered<registry::Revision> beginning(const Context& context, const http::ApiRequest& request)
{
    const bool isKnown = std::ranges::all_of(
        request.query, [](const auto& parameter) { return parameter.first == "revision"; });
    if (!isKnown)
        return refuse(400, "there is no such parameter; known is revision");
    const auto asked = request.query.find("revision");
    const auto last = request.header("Last-Event-ID");
    if (!last && asked == request.query.end())
        return context.registry->revision();
    const auto revision = registry::Revision::parse(last ? *last : std::string_view(asked->second));
    if (!revision)
        return refuse(400, std::string(last ? "Last-Event-ID" : "revision") +
                               " must be the id of an event, or what Waymark-Revision told");
    return *revision;
}

http::ApiResponse streamEvents(const Context& context, const http::ApiRequest& request)
{
    const auto from = beginning(context, request);
    return from ? context.feed->stream(*from) : answer(from.error());
}

} // namespace

std::vector<Subscription> addEventRoute(http::RouteTable& routes, const Context& context)
{
    http::Route route;
    route.method = "GET";
    route.pattern = "/events";
    route.summary = "Every change of the registry as it happens, as Server-Sent Events";
    route.role = http::Role::reader;
    route.handler = [&context](const http::ApiRequest& request) {
        return streamEvents(context, request);
    };
    std::vector<Subscription> added;
    added.push_back(routes.add(std::move(route)));
    return added;
}

} // namespace waymark::httpapi
