#include "World.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <functional>
#include <optional>
#include <string>

namespace waymark::discv4::testing
{

using testkit::fault::FailingMemory;

namespace
{

/// A log that shows everything, so that saying what went wrong takes memory as well.
class ListeningChannel final : public observe::LogChannel
{
public:
    bool enabled(observe::LogLevel, std::string_view) const noexcept override { return true; }
    void write(observe::LogLevel, std::string_view, std::string_view, std::span<const observe::LogField>,
               std::string_view) noexcept override
    {
    }
};

class SilentSink final : public net::DatagramSink
{
public:
    void send(const net::Datagram&) override {}
};

} // namespace

/// Packets that arrive when there is no memory: counted as not handled, and the next one is handled.
class IngressWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(IngressWithoutMemoryTest);
    CPPUNIT_TEST(decodingTakesNoMemory);
    CPPUNIT_TEST(everyPacketIsSurvived);
    CPPUNIT_TEST(everyPacketOfABondedNodeIsSurvived);
    CPPUNIT_TEST(saysSoWithoutMemory);
    CPPUNIT_TEST_SUITE_END();

    World _world;
    node::Endpoint _here = at("127.0.0.1:30303");
    node::Endpoint _there = at("127.0.0.2:30303");

    /// One of each kind, as they arrive.
    std::vector<Flight> packets()
    {
        std::vector<Flight> all;
        _world.attach(_here, [&](const Flight& flight) { all.push_back(flight); });
        Speaker speaker(_world, 2, _there);
        const auto hash = speaker.ping(_here);
        speaker.pong(_here, hash);
        speaker.findNode(_here, testkit::testKey(3).publicKey());
        speaker.neighbors(_here, {{testkit::testKey(4).publicKey(), nodeAt("127.0.0.4:30303")}});
        speaker.enrRequest(_here);
        speaker.enrResponse(_here, hash,
                            node::EnrBuilder().seq(1).sign(testkit::testKey(2)).value().encoded());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{6}, all.size());
        return all;
    }

    void decodingTakesNoMemory()
    {
        for (const Flight& flight : packets()) {
            bool isRead = false;
            {
                const FailingMemory memory(0, FailingMemory::Fails::onwards);
                const auto frame = wire::Frame::parse(flight.bytes);
                isRead =
                    frame.has_value() && frame->decode().has_value() && frame->recoverSender().has_value();
                isRead = isRead && !memory.hasFailed();
            }
            CPPUNIT_ASSERT(isRead);
        }
    }

    void everyPacketIsSurvived()
    {
        std::uint64_t failures = 0;
        for (const Flight& flight : packets()) {
            for (const auto fails : {FailingMemory::Fails::once, FailingMemory::Fails::onwards})
                failures += surviveEachAllocation(flight, fails);
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(failures), failures > 10);
    }

    std::uint64_t surviveEachAllocation(const Flight& flight, FailingMemory::Fails fails)
    {
        std::uint64_t successes = 0;
        for (bool failed = true; failed; ++successes) {
            World world;
            Node node(world, 1, _here);
            const engine::Environment environment =
                node.environment(observe::Log(std::make_shared<ListeningChannel>(), "discv4"));
            io::Ingress ingress(node.engine(), environment, {});
            SilentSink sink;
            {
                const FailingMemory memory(successes, fails);
                ingress.consume({flight.from, flight.to.ip, flight.bytes}, sink);
                failed = memory.hasFailed();
            }
            // It goes on as before.
            Speaker speaker(world, 5, at("127.0.0.5:30303"));
            const double before = node.sent("pong");
            speaker.ping(_here);
            world.deliver();
            CPPUNIT_ASSERT_EQUAL(before + 1, node.sent("pong"));
        }
        return successes;
    }

    /// What a node that is known sends, or one that was asked; what came before is in `before`.
    struct Scene
    {
        const char* packet;
        std::function<void(World&, Node&, Speaker&)> before;
        std::function<void(Speaker&)> send;
    };

    std::vector<Scene> scenes() const
    {
        using wire::PacketType;
        const auto bond = [this](World& world, Node&, Speaker& speaker) {
            speaker.bond(_here);
            world.clock().advance(std::chrono::seconds(1)); // else a second PING were the same bytes
        };
        const auto meet = [this](World& world, Node&, Speaker& speaker) {
            speaker.ping(_here);
            world.deliver();
        };
        const auto announce = [this](World& world, Node&, Speaker& speaker) {
            speaker.bond(_here);
            speaker.ping(_here, {nodeAt("127.0.0.2:30303"), nodeAt("127.0.0.1:30303"), world.soon(), 1});
            world.deliver();
        };
        const auto ask = [this](World& world, Node& node, Speaker& speaker) {
            speaker.bond(_here);
            node.engine().lookup(testkit::testKey(3).publicKey(), [](const auto&) {});
            world.advance(engine::tickInterval);
        };
        const auto pong = [this](Speaker& speaker) {
            speaker.pong(_here, speaker.last(PacketType::ping).hash);
        };
        const auto record = [this](Speaker& speaker) {
            node::EnrBuilder made;
            made.seq(1).endpoint(nodeAt("127.0.0.2:30303"));
            speaker.enrResponse(_here, speaker.last(PacketType::enrRequest).hash,
                                made.sign(speaker.secret()).value().encoded());
        };
        return {
            {"proving PONG", meet, pong},
            {"PING", bond,
             [this](Speaker& speaker) {
                 speaker.ping(_here);
             }},
            {"FINDNODE", bond,
             [this](Speaker& speaker) {
                 speaker.findNode(_here, testkit::testKey(3).publicKey());
             }},
            {"ENRRequest", bond,
             [this](Speaker& speaker) {
                 speaker.enrRequest(_here);
             }},
            {"ENRResponse", announce, record},
            {"NEIGHBORS", ask,
             [this](Speaker& speaker) {
                 speaker.last(PacketType::findNode);
                 speaker.neighbors(_here, {{testkit::testKey(4).publicKey(), nodeAt("127.0.0.4:30303")}});
             }},
        };
    }

    void everyPacketOfABondedNodeIsSurvived()
    {
        for (const Scene& scene : scenes())
            for (const auto fails : {FailingMemory::Fails::once, FailingMemory::Fails::onwards})
                for (std::uint64_t successes = 0; failsIn(scene, successes, fails);)
                    ++successes;
    }

    /// Whether an allocation failed; when none did, the packet had its effect.
    bool failsIn(const Scene& scene, std::uint64_t successes, FailingMemory::Fails fails)
    {
        World world;
        Node node(world, 1, _here);
        Speaker speaker(world, 2, _there);
        scene.before(world, node, speaker);
        std::optional<Flight> flight;
        world.attach(_here, [&](const Flight& sent) { flight = sent; });
        scene.send(speaker);
        world.deliver();
        CPPUNIT_ASSERT_MESSAGE(scene.packet, flight.has_value());
        const engine::Environment environment =
            node.environment(observe::Log(std::make_shared<ListeningChannel>(), "discv4"));
        io::Ingress ingress(node.engine(), environment, {});
        SilentSink sink;
        const auto hear = [&](const Flight& heard) {
            ingress.consume({heard.from, heard.to.ip, heard.bytes}, sink);
        };
        bool failed = false;
        {
            const FailingMemory memory(successes, fails);
            hear(*flight);
            failed = memory.hasFailed();
        }
        if (!failed)
            for (const char* reason : {"unsolicited", "unproven", "bad_record", "repeated", "internal_error"})
                CPPUNIT_ASSERT_EQUAL_MESSAGE(scene.packet, 0.0, node.dropped(reason));
        // It goes on as before, with this node and with others.
        Speaker other(world, 5, at("127.0.0.5:30303"));
        for (Speaker* who : {&speaker, &other}) {
            world.clock().advance(std::chrono::seconds(1));
            const double before = node.sent("pong");
            who->ping(_here);
            world.deliver();
            hear(*flight);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(scene.packet, before + 1, node.sent("pong"));
        }
        world.advance(std::chrono::seconds(2));
        return failed;
    }

    void saysSoWithoutMemory()
    {
        World world;
        Node node(world, 1, _here);
        const engine::Environment environment =
            node.environment(observe::Log(std::make_shared<ListeningChannel>(), "discv4"));
        io::Ingress ingress(node.engine(), environment, {});
        SilentSink sink;
        const auto all = packets();
        const double before = node.dropped("internal_error");
        {
            const FailingMemory memory(0, FailingMemory::Fails::onwards);
            ingress.consume({all[0].from, all[0].to.ip, all[0].bytes}, sink);
        }
        CPPUNIT_ASSERT_EQUAL(before + 1, node.dropped("internal_error"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IngressWithoutMemoryTest);

} // namespace waymark::discv4::testing
