#pragma once

#include "live/ChangeFeed.h"
#include "routes/Context.h"
#include "server/Server.h"
#include "tls/ServerTls.h"

#include <waymark/base/FileSystem.h>
#include <waymark/plugin/Plugin.h>

#include <memory>
#include <string>
#include <string_view>
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
    std::unique_ptr<plugin::Command> command(std::string_view name) override;

private:
    void applyReloadable(const plugin::ConfigView& config);
    void applyAccess();
    void limitConnections(std::size_t configured);
    void addMetrics(observe::MetricRegistry& metrics);

    Context _context;
    std::unique_ptr<ChangeFeed> _feed;
    std::string _name;
    std::shared_ptr<plugin::ConfigView> _config;
    FileSystem* _files = nullptr;
    http::RouteTable* _routes = nullptr;
    Timers* _timers = nullptr;
    std::shared_ptr<ServerState> _state;
    std::shared_ptr<ServerTls> _tls;
    std::shared_ptr<Server> _server;
    std::vector<Subscription> _subscriptions; ///< ends first
};

} // namespace waymark::httpapi
