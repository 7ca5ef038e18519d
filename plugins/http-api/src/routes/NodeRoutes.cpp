#include "json/PeerJson.h"
#include "json/Utf8.h"
#include "routes/Context.h"

#include <waymark/node/Enode.h>

#include <algorithm>
#include <optional>
#include <string>

namespace waymark::httpapi
{

namespace
{

std::string_view toText(observe::HealthStatus status) noexcept
{
    switch (status) {
    case observe::HealthStatus::ok:
        return "ok";
    case observe::HealthStatus::degraded:
        return "degraded";
    case observe::HealthStatus::failed:
        break;
    }
    return "failed";
}

/// One protocol knows its number at once; several may know the same nodes.
std::size_t discoveredCount(const Context& context)
{
    if (context.discoveries.size() == 1)
        return context.discoveries.front()->nodeCount();
    return discoveredNodes(context).size();
}

/// What is advertised in each family, as the elements of a JSON array.
std::string advertisedAddresses(const node::LocalNode& node)
{
    std::string addresses;
    for (const auto family : {node::IpFamily::v4, node::IpFamily::v6})
        if (const auto endpoint = node.advertised(family))
            addresses += (addresses.empty() ? "\"" : ",\"") + endpoint->udpEndpoint().toString() + '"';
    return addresses;
}

http::ApiResponse describeNode(const Context& context)
{
    const auto& node = *context.localNode;
    const auto advertised = node.advertised();
    const auto quoted = [](const std::string& text) {
        return '"' + text + '"';
    };
    return http::ApiResponse::json(
        200, R"({"enode":)" +
                 (advertised ? quoted(node::Enode::advertised(node.key(), *advertised).toString())
                             : std::string("null")) +
                 R"(,"peer_id":"0x)" + node.key().hex() + R"(","discovery_addr":)" +
                 (advertised ? quoted(advertised->udpEndpoint().toString()) : std::string("null")) +
                 R"(,"discovery_addrs":[)" + advertisedAddresses(node) + ']' + R"(,"http_addr":")" +
                 context.bound().toString() + R"(","registered_peers":)" +
                 std::to_string(context.registry->size()) + R"(,"discovered_peers":)" +
                 std::to_string(discoveredCount(context)) + R"(,"revision":")" +
                 context.registry->revision().toString() + "\"}");
}

http::ApiResponse describeHealth(const Context& context)
{
    auto worst = observe::HealthStatus::ok;
    std::string checks;
    for (const auto& [name, health] : context.health->report()) {
        worst = std::max(worst, health.status);
        checks += (checks.empty() ? "" : ",") + (R"({"name":)" + jsonQuoted(name)) + R"(,"status":")" +
                  std::string(toText(health.status)) + '"';
        if (!health.reason.empty())
            checks += R"(,"reason":)" + jsonQuoted(health.reason);
        checks += '}';
    }
    const int status = worst == observe::HealthStatus::failed ? 503 : 200;
    return http::ApiResponse::json(status, R"({"status":")" + std::string(toText(worst)) + R"(","checks":[)" +
                                               checks + "]}")
        .header("Cache-Control", "no-store");
}

/// Says only that the process serves: what it depends on may come back, and a restart would not help it.
http::ApiResponse describeLife(const Context&)
{
    return http::ApiResponse::json(200, R"({"status":"ok"})").header("Cache-Control", "no-store");
}

http::ApiResponse exposeMetrics(const Context& context)
{
    return http::ApiResponse::complete(200, "text/plain; version=0.0.4; charset=utf-8",
                                       context.metrics->expose())
        .header("Cache-Control", "no-store");
}

http::ApiResponse listDiscovered(const Context& context)
{
    std::string body = "[";
    for (const auto& node : discoveredNodes(context)) {
        if (body.size() > 1)
            body += ',';
        appendPeer(body, node.key, node.endpoint);
    }
    return http::ApiResponse::json(200, body + ']');
}

} // namespace

std::vector<discovery::DiscoveredNode> discoveredNodes(const Context& context)
{
    std::vector<discovery::DiscoveredNode> nodes;
    for (const auto* protocol : context.discoveries)
        for (auto& node : protocol->nodes())
            nodes.push_back(std::move(node));
    const auto key = [](const discovery::DiscoveredNode& node) -> const node::PublicKey& {
        return node.key;
    };
    std::ranges::stable_sort(nodes, {}, key);
    const auto again = std::ranges::unique(nodes, {}, key);
    nodes.erase(again.begin(), again.end());
    return nodes;
}

std::vector<Subscription> addNodeRoutes(http::RouteTable& routes, const Context& context)
{
    std::vector<Subscription> added;
    const auto get = [&](std::string pattern, std::string summary, http::Role role,
                         http::ApiResponse (*describe)(const Context&)) {
        http::Route route;
        route.method = "GET";
        route.pattern = std::move(pattern);
        route.summary = std::move(summary);
        route.role = role;
        route.handler = [describe, &context](const http::ApiRequest&) {
            return describe(context);
        };
        added.push_back(routes.add(std::move(route)));
    };
    get("/", "This node: its enode, where it is reached, how many peers it knows", http::Role::reader,
        describeNode);
    get("/health", "200 when every part of the daemon does its work, else 503", http::Role::open,
        describeHealth);
    get("/readyz", "The same under the name that Kubernetes asks for", http::Role::open, describeHealth);
    get("/livez", "200 while the process serves, whatever its parts do", http::Role::open, describeLife);
    get("/metrics", "Every metric of the daemon, as Prometheus reads them", http::Role::reader,
        exposeMetrics);
    get("/discovered", "The nodes that discovery has proven", http::Role::reader, listDiscovered);
    return added;
}

} // namespace waymark::httpapi
