#include "host/PluginHost.h"

#include "base/Text.h"
#include "host/Phase.h"
#include "host/StopWatchdog.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <unistd.h>

namespace waymark::host
{

using plugin::ExitCode;

PluginHost::PluginHost(HostOptions options)
    : _options(std::move(options)), _channel(std::make_shared<observe::HostLogChannel>(_options.logSink))
{
    if (_options.logObserver)
        _channel->observe(_options.logObserver);
}

PluginHost::~PluginHost()
{
    stop();
    // In reverse: a plugin may use what those before it provide until its very end.
    while (!_instances.empty())
        _instances.pop_back();
}

void PluginHost::start()
{
    Subscription starting;
    try {
        takeStateDirectory();
        makeCore();
        provide();
        wire();
        // A plugin that serves health answers before the others have started.
        starting = _core->health().add("host", [] { return observe::Health::failed("it is starting"); });
        startPlugins();
    } catch (const HostError& error) {
        for (const std::string& line : error.lines())
            log().error("host.refused", {{"code", static_cast<int>(error.code())}}, line);
        stop();
        throw;
    }
    _core->settle();
    for (const PluginInstance& instance : _instances)
        _healthChecks.push_back(_core->health().add(
            instance.name, [plugin = instance.plugin.get()] { return plugin->health(); }));
    starting.reset();
    log().info("host.ready", {{"plugins", text::joined(instances(), ",")}, {"pid", ::getpid()}});
}

void PluginHost::takeStateDirectory()
{
    if (!_options.keepsState)
        return;
    try {
        _stateLock = std::make_unique<StateLock>(_configuration->stateDirectory());
    } catch (const plugin::StartError& error) {
        const Problem problem = _configuration->problemOf("waymark.state-dir", error.what());
        if (error.code() == ExitCode::lockedDatabase || needsStateDirectory())
            throw HostError(error.code(), {problem.toString()});
        // The default is only tried; a plugin that needs the folder refuses by itself.
        logProblem(observe::LogLevel::warning, "host.stateless", problem);
    }
}

bool PluginHost::needsStateDirectory() const
{
    if (_configuration->given("waymark.state-dir") != nullptr)
        return true;
    const auto node = _configuration->view("node");
    if (node.isWord("key", "ephemeral"))
        return false;
    const auto fromThere = node.path("key").lexically_relative(_configuration->stateDirectory());
    return !fromThere.empty() && *fromThere.begin() != "..";
}

void PluginHost::makeCore()
{
    try {
        HostSeams none;
        HostSeams& seams = _options.seams == nullptr ? none : *_options.seams;
        _core = std::make_unique<HostCore>(_configuration->view("node"), _options, seams, log());
        if (_options.seams != nullptr)
            _core->routes().setGate([&seams] { seams.beforeRequest(); });
    } catch (const plugin::StartError& error) {
        const bool ofKey = error.code() == ExitCode::keyFile;
        const Problem problem = _configuration->problemOf(ofKey ? "node.key" : "", error.what());
        throw HostError(error.code(), {problem.toString()});
    } catch (const std::system_error& error) {
        throw HostError(ExitCode::internal, {error.what()});
    }
    _services = std::make_unique<HostServices>(_channel);
    _services->admit(_instances);
    _core->provide(*_services, _instances);
}

void PluginHost::provide()
{
    for (const PluginInstance& instance : _instances)
        runPhase(instance, "provide", ExitCode::internal, [&] {
            plugin::Services view(*_services, instance.name);
            instance.plugin->provide(view);
            _services->checkProvided(instance);
        });
}

void PluginHost::wire()
{
    _services->enter(HostServices::Phase::wiring);
    for (const PluginInstance& instance : _instances)
        runPhase(instance, "wire", ExitCode::internal,
                 [&] { instance.plugin->wire(plugin::Services(*_services, instance.name)); });
    _services->enter(HostServices::Phase::sealed);
}

void PluginHost::startPlugins()
{
    for (PluginInstance& instance : _instances) {
        runPhase(instance, "start", ExitCode::internal, [&] { instance.plugin->start(); });
        instance.started = true;
        log().debug("plugin.started", {{"plugin", instance.name}, {"version", instance.manifest().version}});
    }
}

void PluginHost::stop() noexcept
{
    if (std::ranges::any_of(_instances, &PluginInstance::started))
        stopStarted();
    _stateLock.reset();
}

Duration PluginHost::stopTimeout() const
{
    return _configuration->view("waymark").duration("stop-timeout");
}

Duration PluginHost::longestStop() const
{
    // A plugin that uses up its time to the end is not yet hung.
    constexpr std::chrono::seconds grace{1};
    return stopTimeout() + grace;
}

void PluginHost::stopStarted() noexcept
{
    const Duration timeout = stopTimeout();
    std::optional<StopWatchdog> watchdog;
    try {
        watchdog.emplace(longestStop(), [this, timeout] { onHungStop(timeout); });
    } catch (const std::system_error& error) {
        // Stopping matters more than seeing to it that it ends.
        log().warning("host.stop_unwatched", {{"error", error.what()}},
                      "a plugin that hangs will not be noticed");
    }
    const auto stopping =
        _core->health().add("host", [] { return observe::Health::failed("it is stopping"); });
    _healthChecks.clear();
    stopPlugins(std::chrono::steady_clock::now() + timeout);
    _core->stop();
    log().info("host.stopped");
}

void PluginHost::onHungStop(Duration timeout)
{
    const PluginInstance* const hung = _stopping.load();
    const std::string name = hung == nullptr ? "host" : hung->name;
    log().error(
        "host.stop_hung",
        {{"plugin", name}, {"timeout_s", std::chrono::duration_cast<std::chrono::seconds>(timeout).count()}},
        "a plugin does not stop within waymark.stop-timeout");
    if (_options.onHungStop)
        _options.onHungStop(name);
    else
        ::_exit(static_cast<int>(ExitCode::internal));
}

void PluginHost::stopPlugins(plugin::Deadline deadline) noexcept
{
    for (auto instance = _instances.rbegin(); instance != _instances.rend(); ++instance) {
        if (!std::exchange(instance->started, false))
            continue;
        _stopping = &*instance;
        instance->plugin->stop(deadline);
        log().debug("plugin.stopped", {{"plugin", instance->name}});
    }
    _stopping = nullptr;
}

Duration PluginHost::silence() const
{
    return _core ? _core->silence() : Duration::zero();
}

std::vector<std::string> PluginHost::instances() const
{
    std::vector<std::string> names;
    for (const PluginInstance& instance : _instances)
        names.push_back(instance.name);
    return names;
}

} // namespace waymark::host
