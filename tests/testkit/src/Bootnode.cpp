#include <waymark/host/Host.h>
#include <waymark/node/Enode.h>
#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/Gate.h>
#include <waymark/testkit/HostNames.h>
#include <waymark/testkit/KernelSockets.h>
#include <waymark/testkit/ManualTimers.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>
#include <waymark/testkit/sim/Host.h>

#include <Poco/NullChannel.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace waymark::testkit
{

namespace
{

constexpr const char* udpKey = "discv4.listen";
constexpr const char* httpKey = "http-api.listen";
constexpr std::string_view urlScheme = "http://";
/// How often a condition is asked for that no event announces.
constexpr std::chrono::milliseconds pollInterval{1};

bool hasFields(const Event& event, const std::map<std::string, std::string>& fields)
{
    return std::ranges::all_of(fields, [&](const auto& field) {
        const auto found = event.fields.find(field.first);
        return found != event.fields.end() && found->second == field.second;
    });
}

std::vector<node::Endpoint> endpointsIn(const std::string& text)
{
    std::vector<node::Endpoint> endpoints;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');)
        endpoints.push_back(node::Endpoint::parse(part).value());
    return endpoints;
}

std::string textOf(const std::vector<node::Endpoint>& endpoints)
{
    std::string text;
    for (const node::Endpoint& endpoint : endpoints)
        text += (text.empty() ? "" : ",") + endpoint.toString();
    return text;
}

} // namespace

Properties wholeBootnode(const std::filesystem::path& folder)
{
    return {{"waymark.plugins", "registry-memory, discv4, http-api"},
            {"waymark.state-dir", (folder / "state").string()},
            {"node.external-ip", "127.0.0.1"},
            {udpKey, "127.0.0.1:0"},
            {httpKey, "127.0.0.1:0"}};
}

/// What stands between the host and the system.
class Bootnode::Seams final : public host::HostSeams
{
public:
    Seams(const BootnodeOptions& options, FileSystem& files)
        : _simulated(options.host), _names(options.names), _files(files)
    {
        if (options.manualTime) {
            _clock.emplace();
            _timers.emplace(*_clock);
        }
    }

    Clock& clock(Clock& system) override
    {
        if (_simulated != nullptr)
            return _simulated->clock();
        return _clock ? *_clock : system;
    }
    Random& random(Random& system) override { return _simulated == nullptr ? system : _simulated->random(); }
    Timers& timers(Timers& system) override
    {
        if (_timers)
            return *_timers;
        return _gatedTimers.emplace(_simulated == nullptr ? system : _simulated->timers(), gate);
    }
    net::UdpSockets& sockets(net::UdpSockets& system) override
    {
        return _gatedSockets.emplace(_simulated == nullptr ? system : *_simulated, gate);
    }
    net::Resolver& resolver(net::Resolver& system) override
    {
        if (_names != nullptr)
            return *_names;
        return _simulated == nullptr ? system : _noNames;
    }
    FileSystem& files(FileSystem&) override { return _files; }
    void beforeRequest() override { static_cast<void>(_requests.pass()); }

    void advance(Duration duration, bool frozen)
    {
        if (!_clock)
            throw std::logic_error("this Bootnode was made without manualTime");
        if (frozen)
            _clock->advance(duration);
        else
            _timers->advance(duration);
    }
    void freeze()
    {
        _requests.close();
        // In a simulation one thread serves all nodes: it must not wait for one of them.
        if (_simulated != nullptr)
            _simulated->freeze();
        else
            gate.close();
    }
    void cut()
    {
        gate.cut();
        _requests.cut();
    }
    void thaw()
    {
        _requests.open();
        if (_simulated != nullptr)
            _simulated->thaw();
        gate.open();
        if (_timers)
            _timers->advance(Duration::zero());
    }

    Gate gate;

private:
    sim::Host* _simulated;
    net::Resolver* _names;
    HostNames _noNames;
    Gate _requests;
    FileSystem& _files;
    std::optional<ManualClock> _clock;
    std::optional<ManualTimers> _timers;
    std::optional<GatedTimers> _gatedTimers;
    std::optional<GatedSockets> _gatedSockets;
};

Bootnode::Bootnode(Properties properties) : Bootnode(BootnodeOptions{std::move(properties)}) {}

Bootnode::Bootnode(BootnodeOptions options) : _options(std::move(options)), _folder(_options.folder)
{
    if (_folder.empty()) {
        _ownFolder = std::make_unique<TemporaryFolder>();
        _folder = _ownFolder->path();
    }
    _disk = std::make_unique<fault::FaultInjector>(_folder);
    set(wholeBootnode(_folder));
    if (_options.host != nullptr)
        set({{"node.external-ip", _options.host->address().toString()},
             {udpKey, node::Endpoint{_options.host->address(), 0}.toString()}});
    set(_options.properties);
    start();
}

Bootnode::~Bootnode()
{
    end();
}

void Bootnode::set(const Properties& changed)
{
    for (const auto& [key, value] : changed) {
        _properties.insert_or_assign(key, value);
        if (key == udpKey || key == httpKey)
            _listen.insert_or_assign(key, value);
    }
}

void Bootnode::writeProperties() const
{
    const auto file = _folder / "waymark.properties";
    std::ofstream out(file, std::ios::trunc);
    for (const auto& [key, value] : _properties)
        if (!value.empty())
            out << key << " = " << value << '\n';
    out.close();
    if (!out)
        throw std::runtime_error("cannot write " + file.string());
}

void Bootnode::start()
{
    writeProperties();
    _started = _events.end();
    _seams = std::make_unique<Seams>(_options, _disk->files());
    host::HostOptions options;
    options.configFile = _folder / "waymark.properties";
    options.pluginPath = _options.pluginPath;
    options.linkedPlugins = _options.linkedPlugins;
    options.logSink = new Poco::NullChannel;
    options.logObserver = _events.observer();
    options.seams = _seams.get();
    _host = std::make_unique<host::Host>(std::move(options));
    const auto instances = _host->instances();
    const auto runs = [&](std::string_view name) {
        return std::ranges::find(instances, name) != instances.end();
    };
    if (runs("discv4"))
        _udp = endpointsIn(await("discv4.listening").fields.at("address"));
    if (runs("http-api")) {
        const std::string url = await("http.listening").fields.at("url");
        _http = node::Endpoint::parse(url.substr(urlScheme.size())).value();
        _rest.emplace(url);
    }
}

void Bootnode::end() noexcept
{
    // Threads that wait at a closed gate could not be joined.
    if (_seams && _frozen)
        _seams->thaw();
    _frozen = false;
    _rest.reset();
    _host.reset();
    _seams.reset();
}

void Bootnode::stop()
{
    end();
}

void Bootnode::cutWires()
{
    if (_rest)
        resetSockets(*_http);
    _seams->cut();
}

void Bootnode::kill()
{
    if (!running())
        return;
    _disk->killOwners();
    // Nor may it open or remove anything on its way out.
    for (const auto operation : {fault::Operation::read, fault::Operation::name})
        _disk->fail(operation);
    cutWires();
    end();
    _disk->mend();
}

void Bootnode::cutPower()
{
    if (!running())
        return;
    _disk->cut();
    cutWires();
    end();
    _disk->powerOn();
}

void Bootnode::cutPower(std::uint64_t seed)
{
    if (!running())
        return;
    _disk->cutTorn(seed);
    cutWires();
    end();
    _disk->powerOn();
}

void Bootnode::respawn(Identity identity, Ports ports)
{
    stop();
    if (identity == Identity::fresh)
        forgetKey();
    if (ports == Ports::fresh) {
        set(_listen);
    } else {
        if (!_udp.empty() && _listen.contains(udpKey))
            _properties.insert_or_assign(udpKey, textOf(_udp));
        if (_http && _listen.contains(httpKey))
            _properties.insert_or_assign(httpKey, _http->toString());
    }
    start();
}

void Bootnode::forgetKey() const
{
    const std::filesystem::path state = _properties.at("waymark.state-dir");
    const auto key = _properties.find("node.key");
    std::filesystem::remove(key == _properties.end() ? state / "node.key" : _folder / key->second);
    std::filesystem::remove(state / "node.enr");
}

void Bootnode::freeze()
{
    static_cast<void>(host());
    if (!std::exchange(_frozen, true))
        _seams->freeze();
}

void Bootnode::thaw()
{
    static_cast<void>(host());
    if (std::exchange(_frozen, false))
        _seams->thaw();
}

bool Bootnode::reload(const Properties& changed)
{
    host::Host& running = host();
    if (_frozen)
        throw std::logic_error("a frozen Bootnode reloads nothing: thaw it first");
    Properties before = _properties;
    Properties listenedBefore = _listen;
    set(changed);
    writeProperties();
    if (running.reload())
        return true;
    _properties = std::move(before);
    _listen = std::move(listenedBefore);
    writeProperties();
    return false;
}

void Bootnode::advance(Duration duration)
{
    static_cast<void>(host());
    _seams->advance(duration, _frozen);
}

Event Bootnode::await(std::string_view event, const std::map<std::string, std::string>& fields,
                      std::chrono::milliseconds deadline)
{
    auto found = _events.await(event, deadline, _started,
                               [&](const Event& candidate) { return hasFields(candidate, fields); });
    if (!found)
        giveUp("the event " + std::string(event));
    return *std::move(found);
}

double Bootnode::awaitMetric(const std::string& name, const observe::MetricLabels& labels,
                             const std::function<bool(double)>& condition, std::chrono::milliseconds deadline)
{
    double value = 0;
    const auto holds = [&] {
        value = metric(name, labels);
        return condition(value);
    };
    awaitUntil("the metric " + name, holds, deadline);
    return value;
}

void Bootnode::awaitUntil(const std::string& what, const std::function<bool()>& condition,
                          std::chrono::milliseconds deadline)
{
    const auto until = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until)
            giveUp(what);
        _events.awaitMore(_events.end(), pollInterval);
    }
}

void Bootnode::giveUp(const std::string& what) const
{
    throw AwaitError(what + " did not come; the last events:\n" + _events.tail());
}

double Bootnode::metric(const std::string& name, const observe::MetricLabels& labels) const
{
    return host().services().get<observe::MetricRegistry>().value(name, labels).value_or(0);
}

host::Host& Bootnode::host() const
{
    if (!_host)
        throw std::logic_error("the Bootnode does not run: respawn it first");
    return *_host;
}

void Bootnode::enroll(const node::PublicKey& peer, const node::NodeEndpoint& where)
{
    enroll(registry::Peer::at(peer, where));
}

void Bootnode::enroll(const registry::Peer& peer)
{
    std::promise<Result<registry::ApplyReport>> done;
    registry().apply({registry::PutClaim{{std::string(registry::apiOrigin), peer}}},
                     [&](const Result<registry::ApplyReport>& report) { done.set_value(report); });
    if (const auto report = done.get_future().get(); !report)
        throw std::runtime_error(report.error().message);
}

registry::PeerRegistry& Bootnode::registry() const
{
    return host().services().get<registry::PeerRegistry>();
}

discovery::Discovery& Bootnode::discovery() const
{
    const auto all = host().services().all<discovery::Discovery>();
    if (all.empty())
        throw std::logic_error("the Bootnode runs without a discovery plugin");
    return *all.front();
}

node::LocalNode& Bootnode::local() const
{
    return host().services().get<node::LocalNode>();
}

const Rest& Bootnode::rest() const
{
    static_cast<void>(host());
    if (!_rest)
        throw std::logic_error("the Bootnode runs without http-api");
    return *_rest;
}

const node::Endpoint& Bootnode::udp() const
{
    if (_udp.empty())
        throw std::logic_error("the Bootnode never ran discv4");
    return _udp.front();
}

std::string Bootnode::enode() const
{
    return node::Enode::advertised(local().key(), local().advertised().value()).toString();
}

std::string Bootnode::enr() const
{
    return local().record()->toString();
}

} // namespace waymark::testkit
