#include "World.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

namespace waymark::discv4::testing
{

namespace
{

/// Answers every PING of the engine, as a proper peer would, with the key that it was sent to.
class Echo final : public net::DatagramSink
{
public:
    Echo(World& world, io::Ingress& ingress, const std::vector<node::SecretKey>& keys)
        : _world(world), _ingress(ingress), _keys(keys)
    {
    }

    void send(const net::Datagram& datagram) override
    {
        ++sent;
        if (datagram.payload[wire::headSize] != static_cast<Byte>(wire::PacketType::ping))
            return;
        const auto& key = _keys[datagram.remote.port % _keys.size()];
        const wire::Encoder encoder([&](const node::Hash256& digest) { return key.sign(digest); });
        // The engine's own packet lies in the buffer that encode() uses.
        const auto hash = wire::Frame::parse(datagram.payload)->hash();
        const auto packet = encoder.encode(wire::Pong{{}, hash, _world.soon() + 60, {}});
        _answers.push_back({datagram.remote, {packet.bytes.begin(), packet.bytes.end()}});
    }

    /// Hands the answers in, as the network would: after the call that caused them.
    void flush()
    {
        for (const auto& [from, bytes] : std::exchange(_answers, {}))
            _ingress.consume({from, node::IpAddress::v4(127, 0, 0, 1), bytes}, *this);
    }

    std::size_t sent = 0;

private:
    World& _world;
    io::Ingress& _ingress;
    const std::vector<node::SecretKey>& _keys;
    std::vector<std::pair<node::Endpoint, Bytes>> _answers;
};

} // namespace

/// Workers, timers, registry and readers at the same time on one engine; for the thread sanitizer above all.
class HammerTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HammerTest);
    CPPUNIT_TEST(workersTimersAndRegistryShareTheEngine);
    CPPUNIT_TEST_SUITE_END();

public:
    void workersTimersAndRegistryShareTheEngine()
    {
        constexpr std::size_t workers = 3;
        constexpr std::size_t rounds = 60;
        World world;
        testkit::TestLocalNode local(testkit::testKey(1), {node::IpAddress::v4(127, 0, 0, 1), 30303, 0});
        testkit::SeededRandom random;
        observe::MetricRegistry metrics;
        registry::StoredRegistry registry({.backend = "memory", .limits = {}});
        registry.state().begin({1, 0});
        registry.open();
        const engine::Environment environment{world.clock(), random, local, registry, metrics, {}};
        engine::Engine engine(environment, {});
        io::Ingress ingress(engine, environment, {});
        engine.start();
        std::vector<node::SecretKey> keys;
        for (std::uint64_t i = 0; i < 12; ++i)
            keys.push_back(testkit::testKey(100 + i));

        std::atomic<bool> stop{false};
        std::atomic<std::size_t> sent{0};
        std::vector<std::jthread> threads;
        for (std::size_t worker = 0; worker < workers; ++worker)
            threads.emplace_back([&, worker] {
                Echo sink(world, ingress, keys);
                for (std::size_t round = 0; round < rounds; ++round) {
                    speak(world, ingress, sink, keys, (worker + round) % keys.size());
                    sink.flush();
                }
                sent += sink.sent;
            });
        threads.emplace_back([&] {
            Echo sink(world, ingress, keys);
            while (!stop) {
                world.clock().advance(engine::tickInterval);
                engine.tick(sink);
                sink.flush();
            }
        });
        threads.emplace_back([&] {
            for (std::size_t i = 0; !stop; ++i) {
                const auto& key = keys[i % keys.size()];
                change(registry, key.publicKey(), i);
                engine.lookup(key.publicKey(), [](const auto&) {});
                CPPUNIT_ASSERT(engine.nodes().size() <= keys.size() + 1);
                engine.setBootnodes({{key.publicKey(), nodeAt("127.0.0.9:30303")}});
                ingress.setRates({});
                static_cast<void>(metrics.expose());
            }
        });
        for (std::size_t worker = 0; worker < workers; ++worker)
            threads[worker].join();
        stop = true;
        threads.clear();
        engine.stop();
        CPPUNIT_ASSERT(sent > workers * rounds);
        CPPUNIT_ASSERT_EQUAL(
            0.0,
            metrics.value("waymark_discv4_packets_dropped_total", {{"reason", "internal_error"}}).value());
    }

private:
    /// A multiple of the number of keys, so that a port tells whose it is.
    static constexpr std::size_t firstPort = 30'000;

    static void speak(World& world, io::Ingress& ingress, net::DatagramSink& sink,
                      const std::vector<node::SecretKey>& keys, std::size_t number)
    {
        const node::SecretKey& key = keys[number];
        const wire::Encoder encoder([&](const node::Hash256& digest) { return key.sign(digest); });
        const node::Endpoint from{node::IpAddress::v4(127, 0, 0, 2),
                                  static_cast<std::uint16_t>(firstPort + number)};
        const auto hand = [&](const wire::Encoder::Packet& packet) {
            const Bytes bytes(packet.bytes.begin(), packet.bytes.end());
            ingress.consume({from, node::IpAddress::v4(127, 0, 0, 1), bytes}, sink);
        };
        const std::uint64_t soon = world.soon() + 60; // the clock runs on meanwhile
        hand(encoder.encode(wire::Ping{{from.ip, from.port, 7}, {}, soon, 3}));
        hand(encoder.encode(wire::FindNode{key.publicKey(), soon}));
        hand(encoder.encode(wire::EnrRequest{soon}));
        hand(encoder.encode(std::vector<wire::Neighbor>{{key.publicKey(), {from.ip, from.port, 0}}}, soon));
        hand(encoder.encode(wire::EnrResponse{{}, Bytes{0xc0}}));
    }

    static void change(registry::PeerRegistry& registry, const node::PublicKey& key, std::size_t number)
    {
        const std::string origin(registry::apiOrigin);
        const auto done = [](const Result<registry::ApplyReport>&) {
        };
        if (number % 3 == 0)
            registry.apply({registry::DropClaim{node::PeerId(key), origin}}, done);
        else
            registry.apply({registry::PutClaim{{origin, registry::Peer::at(key, nodeAt("127.0.0.2:30000"))}}},
                           done);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HammerTest);

} // namespace waymark::discv4::testing
