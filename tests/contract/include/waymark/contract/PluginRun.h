#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>
#include <waymark/observe/Metrics.h>
#include <waymark/plugin/Plugin.h>
#include <waymark/testkit/ManualTimers.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::contract
{

/// Takes one plugin through its phases without a host: for tests of a single plugin.
///
/// The host's services that it offers are clock, timers, random and metrics. Time stands still until the test
/// moves it. Any failure throws: configuration that
/// does not pass as std::invalid_argument, everything else as the plugin threw it.
class PluginRun
{
public:
    using Values = std::map<std::string, std::string>;

    /// Configures, provides and wires; start() is left to the test.
    PluginRun(std::unique_ptr<plugin::Plugin> plugin, const Values& values,
              const std::filesystem::path& stateDirectory);
    /// In the time of a clock and timers that outlive it.
    PluginRun(std::unique_ptr<plugin::Plugin> plugin, const Values& values,
              const std::filesystem::path& stateDirectory, Clock& clock, Timers& timers);
    PluginRun(const PluginRun&) = delete;
    PluginRun& operator=(const PluginRun&) = delete;
    /// Stops the plugin.
    ~PluginRun();

    void start();
    /// With a deadline that no test reaches.
    void stop() noexcept;

    plugin::Plugin& plugin() noexcept { return *_plugin; }
    observe::MetricRegistry& metrics() noexcept { return _metrics; }

    /// What the plugin provided, or nullptr.
    template <plugin::Service S>
    S* service()
    {
        return static_cast<S*>(find(S::serviceId));
    }

private:
    class Table;

    void* find(std::string_view id) const;

    testkit::ManualClock _clock;
    testkit::ManualTimers _timers{_clock};
    SystemRandom _random;
    observe::MetricRegistry _metrics;
    std::unique_ptr<Table> _table;
    std::unique_ptr<plugin::Plugin> _plugin;
};

} // namespace waymark::contract
