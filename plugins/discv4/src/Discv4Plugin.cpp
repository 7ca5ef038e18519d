#include "Discv4Plugin.h"

#include "commands/EnrRequestCommand.h"
#include "commands/FindNodeCommand.h"
#include "commands/PingCommand.h"
#include "commands/ResolveCommand.h"
#include "commands/crawl/CrawlCommand.h"
#include "commands/decode/DecodeCommand.h"
#include "commands/listen/ListenCommand.h"
#include "commands/load/LoadCommand.h"
#include "commands/probe/ProbeCommand.h"
#include "trace/TracedSink.h"

#include <string>
#include <utility>

namespace waymark::discv4
{

namespace
{

/// Later ones leave room for protocols that must look at a datagram first.
constexpr int receptionOrder = 100;
/// How often it is seen whether a bootnode's name has to be resolved again.
constexpr Duration bootnodeInterval = std::chrono::seconds(1);
/// Ticks come ten times a second; without them for so long time-outs and lookups stand still.
constexpr Duration longestWithoutTick = std::chrono::seconds(5);

} // namespace

Discv4Plugin::~Discv4Plugin()
{
    close();
}

void Discv4Plugin::configure(const plugin::ConfigView& config)
{
    _settings = Settings::from(config);
}

void Discv4Plugin::provide(plugin::Services& services)
{
    _log = services.log();
    _clock = &services.get<Clock>();
    _random = &services.get<Random>();
    _timers = &services.get<Timers>();
    _metrics = &services.get<observe::MetricRegistry>();
    _local = &services.get<node::LocalNode>();
    _store = &services.get<node::NodeStore>();
    _sockets = &services.get<net::UdpSockets>();
    _resolver = &services.get<net::Resolver>();
    services.provide<discovery::Discovery>(*this);
}

void Discv4Plugin::wire(const plugin::Services& services)
{
    const engine::Environment environment{
        *_clock, *_random, *_local, services.get<registry::PeerRegistry>(), *_metrics, _log};
    _engine = std::make_unique<engine::Engine>(environment, _settings.parameters);
    _trace = std::make_unique<trace::Trace>(*_clock, *_metrics, _log);
    _ingress = std::make_unique<io::Ingress>(*_engine, environment, _settings.rates);
    _ingress->setTrace(*_trace);
    _bootnodes = std::make_unique<BootnodeFinder>(BootnodeFinder::Surroundings{
        *_resolver, *_clock, _log,
        [this](node::IpFamily family) { return _local->advertised(family).has_value(); },
        [this](const node::PublicKey& key) { return _engine->isBootnodeReached(key.nodeId()); },
        [this](const std::vector<wire::Neighbor>& bootnodes) {
            _engine->setBootnodes(bootnodes);
        }});
    _keeper = std::make_unique<NodeKeeper>(
        *_store, [this] { return _engine->memory(); }, *_timers, _settings.saveInterval, _log);
}

void Discv4Plugin::openSockets()
{
    auto opened = io::FamilySockets::open(*_sockets, _settings.sockets);
    if (!opened)
        throw plugin::StartError(plugin::ExitCode::unavailable, "discv4.listen: " + opened.error().message);
    _udp = *std::move(opened);
}

void Discv4Plugin::tellWhere() const
{
    std::string addresses;
    for (const node::Endpoint& bound : _udp->bound())
        addresses += (addresses.empty() ? "" : ",") + bound.toString();
    _log.info("discv4.listening", {{"address", addresses}, {"workers", _settings.sockets.front().workers}},
              "Discovery is served.");
}

void Discv4Plugin::startProbes()
{
    const io::UdpProbe::Environment environment{*_sockets, _ingress->ownPings(), *_clock, *_random,
                                                *_metrics};
    for (const node::Endpoint& bound : _udp->bound()) {
        const io::UdpProbe::Target target{bound, _settings.sockets.front().workers, _local->key()};
        _probes.push_back(std::make_unique<io::UdpProbe>(environment, target, _settings.probeInterval));
        if (const auto started = _probes.back()->start(); !started)
            throw plugin::StartError(plugin::ExitCode::internal,
                                     "discv4.probe-interval: no socket for the probe: " +
                                         started.error().message);
    }
}

void Discv4Plugin::startTrace()
{
    for (const node::Endpoint& bound : _udp->bound())
        _trace->bound(bound);
    if (!_settings.trace)
        return;
    if (const auto possible = trace::TraceFile::check(*_settings.trace); !possible)
        throw plugin::StartError(plugin::ExitCode::configuration,
                                 "discv4.trace: " + possible.error().message);
    _trace->set(_settings.trace);
}

void Discv4Plugin::remember()
{
    const auto stored = _store->load();
    if (!stored) {
        _log.warning("discv4.nodes_lost", {{"reason", stored.error().message}},
                     "The nodes of the last run cannot be read; discovery starts anew.");
        return;
    }
    _engine->remember(*stored);
}

void Discv4Plugin::start()
{
    openSockets();
    try {
        for (const node::Endpoint& bound : _udp->bound())
            _local->bound(bound);
        _engine->setAccess(_settings.access);
        _engine->setForkFilter(_settings.forkFilter);
        _engine->start();
        _bootnodes->follow(_settings.bootnodes);
        _bootnodeTicks = _timers->every(bootnodeInterval, [this] { _bootnodes->tick(); });
        remember();
        startTrace();
        startProbes();
        _udp->attach(*_ingress, receptionOrder);
        _udp->start();
        _lastTick = _clock->now().time_since_epoch().count();
        _ticks = _timers->every(engine::tickInterval, [this] { tick(); });
        _keeper->start();
        _running = true;
        tellWhere();
    } catch (...) {
        close();
        throw;
    }
}

void Discv4Plugin::tick()
{
    trace::TracedSink traced(*_udp, *_trace);
    _engine->tick(traced);
    _lastTick = _clock->now().time_since_epoch().count();
}

observe::Health Discv4Plugin::health() const
{
    if (!_running)
        return observe::Health::failed("the UDP socket is closed");
    const MonotonicTime lastTick{Duration(_lastTick.load())};
    if (_clock->now() - lastTick > longestWithoutTick)
        return observe::Health::failed("the timers stand still");
    for (const auto& probe : _probes)
        if (auto health = probe->health(); health.status != observe::HealthStatus::ok)
            return health;
    if (auto health = _keeper->health(); health.status != observe::HealthStatus::ok)
        return health;
    return _trace->health();
}

plugin::ReloadPlan Discv4Plugin::prepareReload(const plugin::ConfigView& config)
{
    Settings settings = Settings::from(config);
    if (settings.trace && settings.trace != _settings.trace)
        if (const auto possible = trace::TraceFile::check(*settings.trace); !possible)
            return plugin::ReloadPlan::refuse("discv4.trace: " + possible.error().message);
    return plugin::ReloadPlan::accept([this, changed = std::move(settings)] {
        if (changed.parameters.lookupInterval != _settings.parameters.lookupInterval)
            _engine->setLookupInterval(changed.parameters.lookupInterval);
        if (changed.parameters.advertise != _settings.parameters.advertise)
            _engine->setAdvertise(changed.parameters.advertise);
        _engine->setAnswerRate(changed.parameters.answersPerPrefix);
        _engine->setQuestionRate(changed.parameters.questionsPerNode);
        _bootnodes->follow(changed.bootnodes);
        _engine->setAccess(changed.access);
        _engine->setForkFilter(changed.forkFilter);
        _ingress->setRates(changed.rates);
        for (const auto& probe : _probes)
            probe->setInterval(changed.probeInterval);
        if (changed.trace != _settings.trace || (changed.trace && !_trace->isOn()))
            _trace->set(changed.trace);
        _settings = changed;
    });
}

void Discv4Plugin::stop(plugin::Deadline) noexcept
{
    close();
}

void Discv4Plugin::close() noexcept
{
    _running = false;
    _ticks.reset();
    for (const auto& probe : _probes)
        probe->stop();
    _bootnodeTicks.reset();
    if (_bootnodes)
        _bootnodes->stop();
    if (_udp)
        _udp->detach();
    if (_keeper)
        _keeper->stop();
    if (_engine)
        _engine->stop();
    _udp.reset();
    if (_trace)
        _trace->set(std::nullopt);
}

void Discv4Plugin::lookup(const node::PublicKey& target, LookupCompletion completion)
{
    _engine->lookup(target, std::move(completion));
}

std::optional<discovery::PeerLiveness> Discv4Plugin::liveness(const node::PeerId& id) const
{
    return _engine->liveness(id);
}

std::unique_ptr<plugin::Command> Discv4Plugin::command(std::string_view name)
{
    if (name == "ping")
        return std::make_unique<PingCommand>();
    if (name == "crawl")
        return std::make_unique<crawl::CrawlCommand>();
    if (name == "decode")
        return std::make_unique<decode::DecodeCommand>();
    if (name == "probe")
        return std::make_unique<probe::ProbeCommand>();
    if (name == "load")
        return std::make_unique<load::LoadCommand>();
    if (name == "findnode")
        return std::make_unique<FindNodeCommand>();
    if (name == "enr-request")
        return std::make_unique<EnrRequestCommand>();
    if (name == "resolve")
        return std::make_unique<ResolveCommand>();
    if (name == "listen")
        return std::make_unique<ListenCommand>();
    return nullptr;
}

} // namespace waymark::discv4
