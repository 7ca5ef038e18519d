#include "World.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

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
