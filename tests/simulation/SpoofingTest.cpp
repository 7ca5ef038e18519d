#include "FakeSignatures.h"
#include "Swarm.h"
#include "wire/Encode.h"

#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>

namespace waymark::discv4::simulation
{

using namespace std::chrono_literals;
using testkit::sim::Journey;
using testkit::sim::Simulation;

/// What somebody who forges addresses can have sent to a victim. Its keys are real, and it hears nothing.
class SpoofingTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SpoofingTest);
    CPPUNIT_TEST(questionsFromForgedAddressesGetNothing);
    CPPUNIT_TEST(aForgedPingCostsItsVictimOnePongAndOnePing);
    CPPUNIT_TEST(aFloodSendsLessToItsVictimThanItCosts);
    CPPUNIT_TEST_SUITE_END();

public:
    void questionsFromForgedAddressesGetNothing()
    {
        for (std::uint64_t i = 0; i < 50; ++i) {
            const auto encoder = encoderOf(5'000 + i);
            forge(encoder.encode(wire::FindNode{_swarm.node(0).key(), soon()}).bytes, i);
            forge(encoder.encode(wire::EnrRequest{soon()}).bytes, i);
        }
        _simulation.advance(10s);
        CPPUNIT_ASSERT(_forged > 0);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _received);
    }

    void aForgedPingCostsItsVictimOnePongAndOnePing()
    {
        constexpr std::uint64_t pings = 50;
        for (std::uint64_t i = 0; i < pings; ++i)
            forge(encoderOf(5'000 + i).encode(ping(i)).bytes, i);
        _simulation.advance(30s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2 * pings}, _packets);
        // 2.3 times: a PONG and the PING that asks for the proof, once each.
        CPPUNIT_ASSERT(_received <= _forged * 12 / 5);
    }

    void aFloodSendsLessToItsVictimThanItCosts()
    {
        // Ten seconds, 2,000 a second, all to one node.
        for (std::uint64_t i = 0; i < 20'000; ++i) {
            forge(encoderOf(5'000 + i % 100).encode(ping(0)).bytes, 0);
            if (i % 200 == 199)
                _simulation.advance(100ms);
        }
        _simulation.advance(30s);
        CPPUNIT_ASSERT(_packets > 0);
        CPPUNIT_ASSERT(_received < _forged);
    }

private:
    static constexpr std::size_t size = 20;

    /// One signer for each number; the keys of the swarm are small numbers.
    wire::Encoder encoderOf(std::uint64_t number) const
    {
        return wire::Encoder([key = testkit::testKey(number).publicKey()](const node::Hash256&) {
            return FakeSignatures::sign(key);
        });
    }

    std::uint64_t soon() { return _swarm.node(0).host().clock().unixSeconds() + 20; }

    wire::Ping ping(std::uint64_t number)
    {
        const auto to = _swarm.node(number % size).contact().endpoint;
        return {{_victim.ip, _victim.port, 0}, {to.ip, to.udp, 0}, soon(), 1};
    }

    /// From the victim, as its receiver sees it.
    void forge(ByteView packet, std::uint64_t number)
    {
        _forged += packet.size();
        _swarm.network().inject(_victim, _swarm.node(number % size).contact().endpoint.udpEndpoint(), packet);
    }

    const node::Endpoint _victim{node::IpAddress::v4(66, 66, 66, 66), 30'303};
    Simulation _simulation{1};
    Swarm _swarm{_simulation, {.nodes = size}};
    std::size_t _forged = 0;
    std::size_t _received = 0;
    std::size_t _packets = 0;
    Subscription _watching = _swarm.network().watch([this](const Journey& journey) {
        if (journey.destination != _victim)
            return;
        _received += journey.payload.size();
        ++_packets;
    });
};

CPPUNIT_TEST_SUITE_REGISTRATION(SpoofingTest);

} // namespace waymark::discv4::simulation
