#include "Discv4Plugin.h"

#include "commands/PingCommand.h"
#include "trace/TracedSink.h"

#include <string>
#include <utility>

namespace waymark::discv4
{

namespace
{

/// Later ones leave room for protocols that must look at a datagram first.
constexpr int receptionOrder = 100;
/// Ticks come ten times a second; without them for so long time-outs and lookups stand still.
constexpr Duration longestWithoutTick = std::chrono::seconds(5);

/// Sends at once what leaves outside of a worker.
class TransportSink final : public net::DatagramSink
{
public:
    explicit TransportSink(net::UdpTransport& transport) noexcept : _transport(transport) {}
    void send(const net::Datagram& datagram) override
    {
        // The transport counts what the system refuses; the protocol asks again.
        static_cast<void>(_transport.send(datagram));
    }

private:
    net::UdpTransport& _transport;
};

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
    _keeper = std::make_unique<NodeKeeper>(
        *_store, [this] { return _engine->memory(); }, _settings.saveInterval, _log);
}

void Discv4Plugin::openTransport()
{
    auto opened = _sockets->open(_settings.udp);
    if (!opened)
        throw plugin::StartError(plugin::ExitCode::addressInUse, "discv4.listen: " + opened.error().message);
    _transport = *std::move(opened);
}

void Discv4Plugin::startProbe()
{
    const io::UdpProbe::Environment environment{*_sockets, _ingress->ownPings(), *_clock, *_random,
                                                *_metrics};
    const io::UdpProbe::Target target{_transport->bound(), _settings.udp.workers, _local->key()};
    _probe = std::make_unique<io::UdpProbe>(environment, target, _settings.probeInterval);
    if (const auto started = _probe->start(); !started)
        throw plugin::StartError(plugin::ExitCode::internal,
                                 "discv4.probe-interval: no socket for the probe: " +
                                     started.error().message);
}

void Discv4Plugin::startTrace()
{
    _trace->bound(_transport->bound());
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
    openTransport();
    try {
        const node::Endpoint bound = _transport->bound();
        _local->bound(bound);
        _engine->setAccess(_settings.access);
        _engine->setForkFilter(_settings.forkFilter);
        _engine->start();
        _engine->setBootnodes(_settings.bootnodes);
        remember();
        startTrace();
        startProbe();
        _reception = _transport->attach(*_ingress, receptionOrder);
        _transport->start();
        _lastTick = _clock->now().time_since_epoch().count();
        _ticks = _timers->every(engine::tickInterval, [this] { tick(); });
        _keeper->start();
        _running = true;
        _log.info("discv4.listening", {{"address", bound.toString()}, {"workers", _settings.udp.workers}},
                  "Discovery is served.");
    } catch (...) {
        close();
        throw;
    }
}

void Discv4Plugin::tick()
{
    TransportSink sink(*_transport);
    trace::TracedSink traced(sink, *_trace);
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
    return _probe->health();
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
        _engine->setAnswerRate(changed.parameters.answersPerPrefix);
        _engine->setQuestionRate(changed.parameters.questionsPerNode);
        _engine->setBootnodes(changed.bootnodes);
        _engine->setAccess(changed.access);
        _engine->setForkFilter(changed.forkFilter);
        _ingress->setRates(changed.rates);
        _probe->setInterval(changed.probeInterval);
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
    if (_probe)
        _probe->stop();
    _reception.reset();
    if (_keeper)
        _keeper->stop();
    if (_engine)
        _engine->stop();
    _transport.reset();
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
    return nullptr;
}

} // namespace waymark::discv4
