#pragma once

#include "host/HostCore.h"
#include "host/HostServices.h"
#include "host/StateLock.h"
#include "host/config/Configuration.h"
#include "host/loader/PluginFinder.h"
#include "host/loader/PluginInstance.h"
#include "observe/HostLogChannel.h"

#include <waymark/host/HostError.h>
#include <waymark/host/HostOptions.h>
#include <waymark/plugin/Services.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace waymark::host
{

/// Loads plugins and leads them through their phases. Several hosts live in one process without knowing of
/// each other: a host owns its log channel, timers, tables and sockets, and touches no signal handlers.
///
/// load(), start(), reload() and stop() are called from one thread; the services may be used from any.
class PluginHost
{
public:
    explicit PluginHost(HostOptions options);
    PluginHost(const PluginHost&) = delete;
    PluginHost& operator=(const PluginHost&) = delete;
    ~PluginHost();

    /// Reads the configuration, judges manifests, sorts, loads and configures. Opens no socket, writes no
    /// file. Throws HostError with everything that is wrong.
    void load();

    /// As load(); where nothing names plugins, with those that are installed, one for each single service.
    void loadInstalled();

    /// Makes configuration() the schemas of the host and of every installed plugin, for the reference.
    /// Nothing is configured, and start() is not for such a host. Throws HostError.
    void loadReference();

    /// Takes the state directory for this host alone, then provides, wires and starts: all plugins or none.
    /// Logs what stands in the way, then throws HostError.
    void start();

    /// Reads the configuration again and takes reloadable changes over, all or none. False when it was
    /// refused; the log says why.
    bool reload();

    /// Stops what was started, in reverse. Idempotent.
    void stop() noexcept;

    /// After that long stop() gives up on a plugin that hangs.
    Duration longestStop() const;

    const Configuration& configuration() const noexcept { return *_configuration; }
    observe::Log log() const { return {_channel, "host"}; }

    observe::LogFormat logFormat() const { return _channel->format(); }

    /// How long the most silent thread of the host has been so; for the watchdog of a service manager.
    Duration silence() const;

    /// The services of the host and its plugins, for embedders; after start().
    plugin::Services services() const { return {*_services, "embedder"}; }
    template <plugin::Service S>
    S& service() const
    {
        return services().get<S>();
    }

    /// Names of the instances in order of start.
    std::vector<std::string> instances() const;

private:
    std::unique_ptr<Configuration> readConfiguration() const;
    PluginFinder finderOf(const Configuration& configuration) const;
    /// Fills _instances with those of waymark.plugins that are there and acceptable; true when all are.
    /// `misspelt`: the names of those that are nowhere, with the libraries that were probably meant.
    bool findPlugins(Configuration& configuration, const PluginFinder& finder,
                     std::map<std::string, std::string>& misspelt);
    void loadCode(Configuration& configuration);
    /// Checks the keys of a plugin that is nowhere against the library that was probably meant.
    void checkKeysOf(Configuration& configuration, const std::string& name, const std::string& library);
    /// What no schema alone can say.
    void crossCheck(Configuration& configuration) const;
    void configurePlugins();
    void takeStateDirectory();
    /// Whether the user named the state directory, or the node key lies in it.
    bool needsStateDirectory() const;
    void makeCore();
    void provide();
    void wire();
    void startPlugins();
    Duration stopTimeout() const;
    void stopStarted() noexcept;
    void onHungStop(Duration timeout);
    void stopPlugins(plugin::Deadline deadline) noexcept;
    std::unique_ptr<Configuration> readChanged(Problems& problems) const;
    std::vector<std::function<void()>> prepareReload(const Configuration& changed, Problems& problems);
    void applyLogging(const Configuration& configuration);
    void throwOnProblems() const;
    void logProblem(observe::LogLevel level, std::string_view event, const Problem& problem) const;

    HostOptions _options;
    std::shared_ptr<observe::HostLogChannel> _channel;
    std::unique_ptr<Configuration> _configuration;
    std::map<std::string, PluginSource> _installed;
    std::unique_ptr<StateLock> _stateLock; ///< held from start() to stop()
    std::unique_ptr<HostCore> _core;       ///< outlives the plugins
    std::vector<PluginInstance> _instances;
    std::unique_ptr<HostServices> _services;
    std::vector<Subscription> _healthChecks;
    std::atomic<const PluginInstance*> _stopping{nullptr};
};

} // namespace waymark::host
