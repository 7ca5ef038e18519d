#include "host/HostCore.h"

#include <waymark/node/KeyFile.h>

namespace waymark::host
{

namespace
{

using plugin::ExitCode;
using plugin::StartError;

constexpr const char* ephemeral = "ephemeral";

node::SecretKey readKey(const plugin::ConfigView& view, const HostOptions& options, Random& random,
                        FileSystem& files)
{
    if (options.nodeKey)
        return node::SecretKey::fromBytes(options.nodeKey->bytes()).value();
    if (view.isWord("key", ephemeral))
        return node::SecretKey::generate(random);
    auto key = node::readOrCreateKeyFile(view.path("key"), random, files);
    if (!key)
        throw StartError(ExitCode::keyFile, key.error().message);
    return std::move(*key);
}

/// In the state directory; empty without one.
std::filesystem::path stateFile(const plugin::ConfigView& view, const HostOptions& options, const char* name)
{
    return options.keepsState ? view.stateDirectory() / name : std::filesystem::path();
}

std::unique_ptr<HostLocalNode> makeLocalNode(const plugin::ConfigView& view, const HostOptions& options,
                                             Random& random, const Clock& clock, observe::Log log,
                                             FileSystem& files)
{
    // An identity that ends with the process leaves nothing behind.
    const auto recordFile =
        view.isWord("key", ephemeral) ? std::filesystem::path() : stateFile(view, options, "node.enr");
    auto made = HostLocalNode::make(readKey(view, options, random, files), nodeSettings(view), recordFile,
                                    clock, std::move(log), files);
    if (!made)
        throw StartError(ExitCode::configuration, made.error().message);
    return std::move(*made);
}

/// What the timers do with a function that throws.
ThreadTimers::FailureHandler tellFailures(observe::Log log, observe::MetricRegistry& metrics)
{
    const auto failures =
        metrics.counter("waymark_timers_failed_total", "Functions of timers that threw an exception");
    return [log = std::move(log), failures](std::string_view reason) {
        failures.increment();
        log.limited(observe::LogLevel::error, "timers.function_failed", {{"error", reason}},
                    "A timer's function failed, the others go on; please report this.");
    };
}

bool anyProvides(const std::vector<PluginInstance>& instances, std::string_view id)
{
    return std::ranges::any_of(instances,
                               [&](const auto& instance) { return instance.manifest().doesProvide(id); });
}

} // namespace

NodeSettings nodeSettings(const plugin::ConfigView& view)
{
    NodeSettings settings;
    if (view.findText("external-ip")) {
        for (const std::string& text : view.list("external-ip"))
            settings.external.push_back(ExternalAddress::parse(text).value());
    }
    settings.resolveInterval = view.duration("resolve-interval");
    settings.predictionVotes = static_cast<std::size_t>(view.integer("prediction-votes"));
    if (view.findText("advertised-port"))
        settings.udpPort = static_cast<std::uint16_t>(view.integer("advertised-port"));
    settings.tcpPort = static_cast<std::uint16_t>(view.integer("advertised-tcp-port"));
    for (const auto& [name, hex] : view.table("enr"))
        settings.entries.emplace(name, fromHex(hex).value());
    return settings;
}

HostCore::HostCore(const plugin::ConfigView& node, const HostOptions& options, HostSeams& seams,
                   observe::Log log)
    : _threadTimers("timers", tellFailures(log, _metrics)),
      _systemSockets(_metrics, log),
      _clock(seams.clock(_systemClock)),
      _random(seams.random(_systemRandom)),
      _timers(seams.timers(_threadTimers)),
      _sockets(seams.sockets(_systemSockets)),
      _resolver(seams.resolver(_systemResolver)),
      _files(seams.files(systemFiles())),
      _localNode(makeLocalNode(node, options, _random, _clock, log, _files)),
      _nodeStore(stateFile(node, options, "nodes"), _files),
      _addresses({*_localNode, _resolver, _timers, _clock, std::move(log)})
{
    _addresses.follow(nodeSettings(node));
}

void HostCore::provide(HostServices& services, const std::vector<PluginInstance>& instances)
{
    addPluginInfo(_metrics, instances);
    services.addOwn(_clock);
    services.addOwn(_random);
    services.addOwn(_timers);
    services.addOwn(_metrics);
    services.addOwn(_health);
    services.addOwn(_routes);
    services.addOwn(_sockets);
    services.addOwn(_resolver);
    services.addOwn(_files);
    if (!anyProvides(instances, node::LocalNode::serviceId))
        services.addOwn<node::LocalNode>(*_localNode);
    if (!anyProvides(instances, node::NodeStore::serviceId))
        services.addOwn<node::NodeStore>(_nodeStore);
}

plugin::ReloadPlan HostCore::prepareReload(const plugin::ConfigView& view)
{
    auto settings = nodeSettings(view);
    if (const auto fits = _localNode->check(settings); !fits)
        return plugin::ReloadPlan::refuse(fits.error().message);
    return plugin::ReloadPlan::accept([this, taken = std::move(settings)] {
        _localNode->apply(taken);
        _addresses.follow(taken);
    });
}

} // namespace waymark::host
