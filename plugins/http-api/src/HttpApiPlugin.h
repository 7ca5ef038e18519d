#pragma once

#include "routes/Context.h"
#include "server/Server.h"
#include "tls/ServerTls.h"

#include <waymark/plugin/Plugin.h>

#include <memory>
#include <vector>

namespace waymark::httpapi
{

/// Serves the RouteTable over HTTP, its own routes among it.
class HttpApiPlugin : public plugin::Plugin
{
public:
    const plugin::ConfigSchema& schema() const override;
    void configure(const plugin::ConfigView& config) override;
    void provide(plugin::Services& services) override;
    void wire(const plugin::Services& services) override;
    void start() override;
    observe::Health health() const override;
    plugin::ReloadPlan prepareReload(const plugin::ConfigView& config) override;
    void stop(plugin::Deadline deadline) noexcept override;

private:
    void applyReloadable(const plugin::ConfigView& config);
    void limitConnections(std::size_t configured);
    void addMetrics(observe::MetricRegistry& metrics);

    Context _context;
    std::shared_ptr<plugin::ConfigView> _config;
    http::RouteTable* _routes = nullptr;
    std::shared_ptr<ServerState> _state;
    std::shared_ptr<ServerTls> _tls;
    std::shared_ptr<Server> _server;
    std::vector<Subscription> _subscriptions; ///< ends first
};

} // namespace waymark::httpapi
