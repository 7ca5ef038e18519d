#pragma once

#include <waymark/base/Clock.h>
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
#include <optional>
#include <vector>

namespace waymark::httpapi
{

class ChangeFeed;

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
    const Clock* clock = nullptr;
    registry::PeerRegistry* registry = nullptr;
    std::vector<discovery::Discovery*> discoveries;
    node::LocalNode* localNode = nullptr;
    ChangeFeed* feed = nullptr;
    std::uint64_t bootstrapNodeId = 0;    ///< what GET /bootstrap calls this node
    std::optional<std::uint64_t> chainId; ///< what GET /bootnodes.json is for
    observe::HealthRegistry* health = nullptr;
    observe::MetricRegistry* metrics = nullptr;
    observe::Log log;
    std::function<node::Endpoint()> bound; ///< where the server listens
    std::atomic<SecretKeys> secretKeys{SecretKeys::loopback};
    std::atomic<std::chrono::seconds> defaultTtl{}; ///< of registrations that ask for none; 0: for ever
    std::atomic<std::chrono::seconds> maximumTtl{}; ///< of leases; 0: no limit
    std::atomic<bool> signDocuments{false};
    std::atomic<std::chrono::seconds> signatureLifetime{};
};

/// Every proven node of every protocol, in order of id, each once.
std::vector<discovery::DiscoveredNode> discoveredNodes(const Context& context);

// Each adds some of the plugin's own routes. `context` outlives the subscriptions.

/// GET /, GET /health, GET /livez, GET /readyz, GET /metrics and GET /discovered.
std::vector<Subscription> addNodeRoutes(http::RouteTable& routes, const Context& context);
/// GET /peers and GET /peers/{id}.
std::vector<Subscription> addPeerRoutes(http::RouteTable& routes, const Context& context);
/// POST /peers, DELETE /peers/{id} and PUT /peers/{id}/lease.
std::vector<Subscription> addRegistrationRoutes(http::RouteTable& routes, const Context& context);
/// POST /peers:batch.
std::vector<Subscription> addBatchRoute(http::RouteTable& routes, const Context& context);
/// GET /bootstrap, /enode, /enr, /bootnodes.json, /static-nodes.json, /peers.json, /peers.txt, /peer_count.
std::vector<Subscription> addDocumentRoutes(http::RouteTable& routes, const Context& context);
/// GET /openapi.yaml.
std::vector<Subscription> addDescriptionRoute(http::RouteTable& routes, const Context& context);
/// GET /events.
std::vector<Subscription> addEventRoute(http::RouteTable& routes, const Context& context);

} // namespace waymark::httpapi
