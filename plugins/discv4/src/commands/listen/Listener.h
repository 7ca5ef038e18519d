#pragma once

#include "client/SystemClientPort.h"
#include "commands/listen/EmptyRegistry.h"
#include "commands/listen/EphemeralNode.h"
#include "engine/Engine.h"
#include "io/Ingress.h"
#include "wire/Message.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>
#include <waymark/observe/Metrics.h>
#include <waymark/toolkit/Interruption.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace waymark::discv4
{

/// The engine of the daemon's discv4 on sockets of its own, on the thread that calls it.
class Listener final : private net::DatagramSink
{
public:
    struct Options
    {
        std::vector<node::Endpoint> listen; ///< one for each family at most
        std::vector<node::IpAddress> external{};
        std::vector<wire::Neighbor> bootnodes{};
    };
    struct Packet
    {
        bool isOutgoing = false;
        std::string_view what; ///< "ping", or why it is none: "bad_hash"
        node::Endpoint remote;
        std::size_t size = 0;
        std::optional<node::PublicKey> sender{}; ///< who signed what came in
    };
    struct Watchers
    {
        std::function<void(const discovery::NodeEvent&)> node{};
        std::function<void(const node::Enr&)> record{}; ///< another one, for the address was learnt
        std::function<void(const Packet&)> packet{};
        std::function<bool()> isWanted{}; ///< the node goes as soon as this says no
    };

    Listener(node::SecretKey key, const Options& options);
    ~Listener() override;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Binds. `io` and what to do when that is not possible.
    Result<void> open();
    /// Takes part until the interruption is requested. Watchers are called from here.
    void run(const Watchers& watchers, const toolkit::Interruption& interruption);

    const EphemeralNode& local() const noexcept { return _local; }
    std::size_t nodeCount() const { return _engine.nodeCount(); }
    std::uint64_t packetsIn() const noexcept { return _packetsIn; }
    std::uint64_t packetsOut() const noexcept { return _packetsOut; }

private:
    void send(const net::Datagram& datagram) override;
    void receive(const client::ClientPort::Arrival& arrival);

    Options _options;
    SystemClock _clock;
    SystemRandom _random;
    observe::MetricRegistry _metrics;
    EmptyRegistry _registry;
    EphemeralNode _local;
    engine::Environment _environment;
    engine::Engine _engine;
    io::Ingress _ingress;
    client::SystemClientPort _port;
    const Watchers* _watchers = nullptr;
    std::uint64_t _packetsIn = 0;
    std::uint64_t _packetsOut = 0;
};

} // namespace waymark::discv4
