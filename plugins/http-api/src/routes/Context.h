#pragma once

#include <waymark/discovery/Discovery.h>
#include <waymark/http/RouteTable.h>
#include <waymark/node/LocalNode.h>
#include <waymark/observe/Health.h>
#include <waymark/observe/Log.h>
#include <waymark/observe/Metrics.h>
#include <waymark/registry/PeerRegistry.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace waymark::httpapi
{

/// From whom POST /peers takes secret keys.
enum class SecretKeys : std::uint8_t
{
    refuse,
    loopback, ///< from connections that do not leave this host
    accept
};

/// What the plugin's own routes work with. Filled while the plugin is wired, before anything is served.
struct Context
{
    registry::PeerRegistry* registry = nullptr;
    std::vector<discovery::Discovery*> discoveries;
    node::LocalNode* localNode = nullptr;
    observe::HealthRegistry* health = nullptr;
    observe::MetricRegistry* metrics = nullptr;
    observe::Log log;
    std::function<node::Endpoint()> bound; ///< where the server listens
    std::atomic<SecretKeys> secretKeys{SecretKeys::loopback};
    std::atomic<std::chrono::seconds> defaultTtl{}; ///< of registrations that ask for none; 0: for ever
    std::atomic<std::chrono::seconds> maximumTtl{}; ///< of leases; 0: no limit
};

/// Every proven node of every protocol, in order of id, each once.
std::vector<discovery::DiscoveredNode> discoveredNodes(const Context& context);

/// GET /, GET /health, GET /livez, GET /readyz, GET /metrics and GET /discovered. `context` outlives the
/// subscriptions.
std::vector<Subscription> addNodeRoutes(http::RouteTable& routes, const Context& context);
/// GET and POST /peers, GET and DELETE /peers/{id}, PUT /peers/{id}/lease. `context` outlives the
/// subscriptions.
std::vector<Subscription> addPeerRoutes(http::RouteTable& routes, const Context& context);

} // namespace waymark::httpapi
