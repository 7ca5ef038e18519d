#pragma once

#include "base/ThreadTimers.h"
#include "host/HostServices.h"
#include "host/ProcessMetrics.h"
#include "host/identity/AddressFollower.h"
#include "host/identity/FileNodeStore.h"
#include "host/identity/HostLocalNode.h"
#include "net/SystemResolver.h"
#include "net/SystemUdpSockets.h"

#include <waymark/host/HostOptions.h>
#include <waymark/host/HostSeams.h>
#include <waymark/http/RouteTable.h>
#include <waymark/observe/Health.h>
#include <waymark/observe/Metrics.h>
#include <waymark/plugin/ConfigView.h>
#include <waymark/plugin/Plugin.h>

namespace waymark::host
{

/// The services that every host has by itself.
class HostCore
{
public:
    /// Takes the node key that it is given, else reads or creates it as `node` (the section of that name)
    /// says. Throws StartError.
    HostCore(const plugin::ConfigView& node, const HostOptions& options, HostSeams& seams, observe::Log log);
    HostCore(const HostCore&) = delete;
    HostCore& operator=(const HostCore&) = delete;

    /// Adds them all to the table, but for local-node and node-store where a plugin provides its own.
    void provide(HostServices& services, const std::vector<PluginInstance>& instances);

    /// Every plugin has started.
    void settle() { _localNode->settle(); }

    plugin::ReloadPlan prepareReload(const plugin::ConfigView& node);

    /// No timer runs afterwards.
    void stop() noexcept
    {
        _addresses.stop();
        _threadTimers.stop();
    }

    observe::HealthRegistry& health() noexcept { return _health; }
    http::RouteTable& routes() noexcept { return _routes; }
    /// How long the most silent thread of these services has been so.
    Duration silence() const { return std::max(_threadTimers.sinceBeat(), _systemSockets.silence()); }

private:
    observe::MetricRegistry _metrics;
    std::vector<Subscription> _processMetrics = addProcessMetrics(_metrics);
    observe::HealthRegistry _health{&_metrics};
    http::RouteTable _routes;
    SystemClock _systemClock;
    SystemRandom _systemRandom;
    ThreadTimers _threadTimers;
    net::SystemUdpSockets _systemSockets;
    net::SystemResolver _systemResolver;
    Clock& _clock;
    Random& _random;
    Timers& _timers;
    net::UdpSockets& _sockets;
    net::Resolver& _resolver;
    FileSystem& _files;
    std::unique_ptr<HostLocalNode> _localNode;
    FileNodeStore _nodeStore;
    AddressFollower _addresses;
};

/// The section "node" as values; the key apart.
NodeSettings nodeSettings(const plugin::ConfigView& node);

} // namespace waymark::host
