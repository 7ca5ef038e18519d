#pragma once

#include <waymark/discovery/Discovery.h>
#include <waymark/net/Resolver.h>
#include <waymark/node/LocalNode.h>
#include <waymark/observe/Metrics.h>
#include <waymark/registry/PeerRegistry.h>
#include <waymark/testkit/EventLog.h>
#include <waymark/testkit/Rest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::host
{
class Host;
}
namespace waymark::plugin
{
struct StaticPlugin;
}

namespace waymark::testkit
{

class TemporaryFolder;
namespace fault
{
class FaultInjector;
}
namespace sim
{
class Host;
}

/// Keys and values of a configuration; an empty value takes a key away.
using Properties = std::map<std::string, std::string>;

/// registry-memory, discv4 and http-api on free ports of loopback, with the state in `folder`.
Properties wholeBootnode(const std::filesystem::path& folder);

struct BootnodeOptions
{
    Properties properties{};                                  ///< over those of wholeBootnode()
    std::vector<const plugin::StaticPlugin*> linkedPlugins{}; ///< linked into the test; others are loaded
    std::vector<std::filesystem::path> pluginPath{};          ///< empty: where waymarkd would look
    std::filesystem::path folder{};                           ///< of the state; empty: a temporary one
    bool manualTime = false; ///< a clock that stands still until advance(): 2033 when it starts
    /// Where it is on a simulated network: its UDP, clock, timers and dice are that host's, and it is driven
    /// by Simulation::advance() on the thread that uses it. It listens on the host's address. Outlives this.
    sim::Host* host = nullptr;
    /// Who knows DNS names, such as HostNames. Null: the system, on a simulated network nobody. Outlives
    /// this.
    net::Resolver* names = nullptr;
};

/// What was waited for did not come in time. The message has the last events.
class AwaitError : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// What a node that starts again has in common with the one that was there before.
enum class Identity : bool
{
    same,
    fresh ///< a new key, and with it a new id and record
};
enum class Ports : bool
{
    same,
    fresh
};

/// A real bootnode in this process: the host, the plugins, the files and the sockets of production, so that a
/// test of whatever talks to bootnodes breaks when they change. Many run side by side.
///
/// It serves when the constructor returns. All functions but those of the services it hands out are called
/// from one thread. Functions that wait have a deadline, and throw AwaitError when it passes. What needs a
/// running node, or a plugin that it lacks, throws std::logic_error.
class Bootnode
{
public:
    static constexpr std::chrono::seconds patience{60};

    /// Throws host::HostError as the daemon would refuse to start.
    explicit Bootnode(BootnodeOptions options = {});
    explicit Bootnode(Properties properties);
    Bootnode(const Bootnode&) = delete;
    Bootnode& operator=(const Bootnode&) = delete;
    ~Bootnode();

    /// Stops it as SIGTERM would; without effect when it does not run. A frozen one goes on first.
    void stop();

    /// Ends it as SIGKILL would: what it sends and writes afterwards goes nowhere, its connections are reset,
    /// its ports are free. What it wrote before is there for respawn(), synced or not.
    void kill();

    /// Ends it as pulling the plug would: what it had not synced to the disk is lost as well; with a seed, an
    /// arbitrary part of that survives, sector by sector.
    void cutPower();
    void cutPower(std::uint64_t seed);

    /// Starts it again from the state that its folder holds, after a stop() of a running one. `node.key =
    /// ephemeral` never stays the same. Throws as the constructor does.
    void respawn(Identity identity = Identity::same, Ports ports = Ports::same);

    /// Changes properties for the next respawn(); an empty value takes a key away.
    void set(const Properties& changed);

    /// Sockets stay open and nothing answers, as with SIGSTOP: UDP piles up in the socket's buffer, HTTP
    /// requests and timers wait. A request that was already being handled may still end; datagrams that are
    /// sent meanwhile, also on behalf of a test that calls a service, leave when it thaws.
    void freeze();
    /// Goes on with what piled up.
    void thaw();

    /// Writes changed properties into its file and reloads it as SIGHUP would. False when that was refused;
    /// events() say why, and the file is as it was. Throws std::logic_error on a frozen one.
    bool reload(const Properties& changed = {});

    bool running() const noexcept { return _host != nullptr; }

    /// Moves a manual clock and runs the timers that fall due; a frozen node's when it thaws. Throws
    /// std::logic_error without `manualTime`.
    void advance(Duration duration);

    /// The next event of this name, or one since the last start; with `fields`, one that has them.
    Event await(std::string_view event, const std::map<std::string, std::string>& fields = {},
                std::chrono::milliseconds deadline = patience);
    /// Waits until a metric is as `condition` wants it; one that is not there yet counts as 0. Its value.
    double awaitMetric(const std::string& name, const observe::MetricLabels& labels,
                       const std::function<bool(double)>& condition,
                       std::chrono::milliseconds deadline = patience);
    /// Waits until `condition` holds; it is asked again and again.
    void awaitUntil(const std::string& what, const std::function<bool()>& condition,
                    std::chrono::milliseconds deadline = patience);

    double metric(const std::string& name, const observe::MetricLabels& labels = {}) const;

    /// Registers a peer as the API would, and waits until the registry acknowledges it. Throws
    /// std::runtime_error when it is refused.
    void enroll(const node::PublicKey& peer, const node::NodeEndpoint& where);
    void enroll(const registry::Peer& peer);

    /// Services of the running node; references end with it.
    registry::PeerRegistry& registry() const;
    discovery::Discovery& discovery() const;
    node::LocalNode& local() const;
    host::Host& host() const;
    /// Its HTTP API, when http-api is among its plugins.
    const Rest& rest() const;

    /// The endpoint of discovery that is bound, the first one where there are two; known while it runs and
    /// after. Throws std::logic_error when it never had any.
    const node::Endpoint& udp() const;
    /// All of them, in the order of discv4.listen.
    const std::vector<node::Endpoint>& sockets() const noexcept { return _udp; }
    std::string enode() const;
    std::string enr() const;

    /// The disk that the node's folder is on, for faults: they hold while it runs and over respawns.
    fault::FaultInjector& disk() noexcept { return *_disk; }

    const EventLog& events() const noexcept { return _events; }
    const std::filesystem::path& folder() const noexcept { return _folder; }

private:
    class Seams;

    void start();
    void end() noexcept;
    void cutWires();
    void writeProperties() const;
    void forgetKey() const;
    [[noreturn]] void giveUp(const std::string& what) const;

    BootnodeOptions _options;
    std::unique_ptr<TemporaryFolder> _ownFolder;
    std::filesystem::path _folder;
    std::unique_ptr<fault::FaultInjector> _disk;
    Properties _properties;
    Properties _listen; ///< what _properties said of ports before one of them was kept
    EventLog _events;
    std::size_t _started = 0; ///< position in _events
    std::unique_ptr<Seams> _seams;
    std::unique_ptr<host::Host> _host;
    std::vector<node::Endpoint> _udp;
    std::optional<node::Endpoint> _http;
    std::optional<Rest> _rest;
    bool _frozen = false;
};

} // namespace waymark::testkit
