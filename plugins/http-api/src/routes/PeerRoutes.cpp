#include "live/ChangeFeed.h"
#include "routes/PeerAnswers.h"
#include "routes/PeerQuery.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t pageSize = 1000;
constexpr std::size_t largestList = 32U << 20U; // bytes: each thread that serves requests may have one

/// What a query finds, as a JSON array, and where the next page would start.
struct Found
{
    std::string body = "[";
    std::size_t count = 0;
    std::optional<node::PeerId> last; ///< of a page that is full, with more behind it
    std::optional<registry::Revision> revision;
};

/// Puts a page of the registry into the answer as far as it is asked for. False when that is full, at the
/// latest with so much that no client could take it.
bool add(const Context& context, const PeerQuery& query, const registry::PeerPage& page, Found& found)
{
    for (const registry::Peer& peer : page.peers) {
        if (!query.matches(peer))
            continue;
        if ((query.limit && found.count == *query.limit) || found.body.size() >= largestList)
            return false;
        if (found.count++ != 0)
            found.body += ',';
        const auto& lease = page.leases[static_cast<std::size_t>(&peer - page.peers.data())];
        appendPeer(found.body, peer, standingOf(context, peer.id, page.revision, lease));
        found.last = peer.id;
    }
    return true;
}

/// The revision that it tells is that of its first page: nothing that happened later is missed by who goes on
/// from there, and some of it may be shown already.
http::ApiResponse listPeers(const Context& context, const PeerQuery& query)
{
    Found found;
    std::optional<node::PeerId> after = query.cursor;
    bool more = false;
    do {
        const auto page = context.registry->list(after, pageSize);
        found.revision = found.revision.value_or(page.revision);
        more = !add(context, query, page, found);
        after = page.next;
    } while (after && !more);
    if (more && !query.limit)
        return http::ApiResponse::error(422, "there are more peers than one answer holds: ask for them in "
                                             "pages, with limit");
    found.body += ']';
    auto response = http::ApiResponse::json(200, std::move(found.body));
    response.header(revisionHeader, found.revision->toString());
    if (more && found.last)
        response.header("Link", '<' + query.next(*found.last) + ">; rel=\"next\"");
    return response;
}

http::ApiResponse listOrWait(const Context& context, const http::ApiRequest& request)
{
    auto query = PeerQuery::read(request);
    if (!query)
        return answer(query.error());
    if (!query->since)
        return listPeers(context, *query);
    const registry::Revision since = *query->since;
    const Duration wait = *query->wait;
    return context.feed->answerAfter(
        since, wait, [&context, query = std::move(*query)] { return listPeers(context, query); });
}

http::ApiResponse showPeer(const Context& context, const http::ApiRequest& request)
{
    const auto id = idOf(request);
    if (!id)
        return answer(id.error());
    const auto revision = context.registry->revision();
    const auto peer = context.registry->find(*id);
    const auto standing = standingOf(context, *id, revision);
    if (!peer || standing.origins.empty())
        return unknownPeer();
    std::string body;
    appendPeer(body, *peer, standing);
    return http::ApiResponse::json(200, std::move(body));
}

} // namespace

std::vector<Subscription> addPeerRoutes(http::RouteTable& routes, const Context& context)
{
    using Serve = http::ApiResponse (*)(const Context&, const http::ApiRequest&);
    std::vector<Subscription> added;
    const auto add = [&](std::string pattern, std::string summary, Serve serve) {
        http::Route route;
        route.method = "GET";
        route.pattern = std::move(pattern);
        route.summary = std::move(summary);
        route.role = http::Role::reader;
        route.handler = [serve, &context](const http::ApiRequest& request) {
            return serve(context, request);
        };
        added.push_back(routes.add(std::move(route)));
    };
    add("/peers", "Registered peers: all, a page, those with some labels, or once something has changed",
        listOrWait);
    add("/peers/{id}", "One registered peer", showPeer);
    return added;
}

} // namespace waymark::httpapi
