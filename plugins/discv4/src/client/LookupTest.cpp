#include "client/Lookup.h"

#include "client/tests/FakePort.h"

#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <map>
#include <set>

namespace waymark::discv4::client::testing
{

namespace
{

using namespace std::chrono_literals;

const auto loopback = node::IpAddress::v4(127, 0, 0, 1);
constexpr std::uint16_t firstPort = 31000;

wire::Neighbor nodeNumber(std::uint64_t number)
{
    return {testkit::testKey(number).publicKey(),
            {loopback, static_cast<std::uint16_t>(firstPort + number), 0}};
}

/// Nodes that answer pings, and know the next three by number.
class Chain
{
public:
    explicit Chain(std::uint64_t length) : _length(length) {}

    std::set<std::uint64_t> silent;
    std::set<std::uint64_t> asked;

    /// Answers what was sent since the last call.
    void answer(FakePort& port, const testkit::ManualClock& clock)
    {
        for (; _seen < port.sent.size(); ++_seen) {
            const auto sent = port.sent[_seen];
            const std::uint64_t number = sent.to.port - firstPort;
            if (silent.contains(number))
                continue;
            const auto secret = testkit::testKey(number);
            const wire::Encoder encoder([&](const node::Hash256& digest) { return secret.sign(digest); });
            const std::uint64_t expiration = clock.unixSeconds() + 20;
            if (sent.type == wire::PacketType::ping) {
                port.deliver(
                    sent.to,
                    encoder.encode(wire::Pong{{loopback, 40000, 0}, sent.hash, expiration, {}}).bytes);
                port.deliver(sent.to, encoder.encode(wire::Ping{{}, {}, expiration, {}}).bytes);
            } else if (sent.type == wire::PacketType::findNode) {
                asked.insert(number);
                port.deliver(sent.to, encoder.encode(knownBy(number), expiration).bytes);
            }
        }
    }

private:
    std::vector<wire::Neighbor> knownBy(std::uint64_t number) const
    {
        std::vector<wire::Neighbor> known;
        for (std::uint64_t next = number + 1; next <= std::min(number + 3, _length); ++next)
            known.push_back(nodeNumber(next));
        return known;
    }

    std::uint64_t _length;
    std::size_t _seen = 0;
};

} // namespace

class LookupTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LookupTest);
    CPPUNIT_TEST(goesFromNodeToNode);
    CPPUNIT_TEST(goesRoundNodesThatDoNotAnswer);
    CPPUNIT_TEST(asksNeitherItselfNorTheTarget);
    CPPUNIT_TEST(asksNobodyAfterItWasStopped);
    CPPUNIT_TEST_SUITE_END();

public:
    void goesFromNodeToNode()
    {
        Chain chain(10);
        const auto told = run(chain, {nodeNumber(1)}, nodeNumber(10).key);
        CPPUNIT_ASSERT_EQUAL(std::size_t{9}, chain.asked.size());
        CPPUNIT_ASSERT_MESSAGE("by 7, 8 and 9", told.at(10) == 3);
    }

    void goesRoundNodesThatDoNotAnswer()
    {
        Chain chain(10);
        chain.silent = {2, 4, 7};
        const auto told = run(chain, {nodeNumber(1)}, nodeNumber(10).key);
        CPPUNIT_ASSERT_EQUAL(std::size_t{6}, chain.asked.size());
        CPPUNIT_ASSERT(told.contains(10));
        CPPUNIT_ASSERT_EQUAL(9U, _asked);
        CPPUNIT_ASSERT_EQUAL(6U, _answered);
    }

    void asksNeitherItselfNorTheTarget()
    {
        Chain chain(5);
        run(chain, {nodeNumber(1), {_key.publicKey(), nodeNumber(3).endpoint}}, nodeNumber(5).key);
        CPPUNIT_ASSERT((std::set<std::uint64_t>{1, 2, 3, 4} == chain.asked));
    }

    void asksNobodyAfterItWasStopped()
    {
        NodeClient client(_key, _port, _clock);
        Lookup lookup(client, nodeNumber(10).key, 1s, [](const auto&) {});
        Chain chain(10);
        lookup.start({nodeNumber(1)});
        lookup.stop();
        drive(client, chain);
        CPPUNIT_ASSERT((std::set<std::uint64_t>{1} == chain.asked));
        CPPUNIT_ASSERT(lookup.isOver());
    }

private:
    void drive(NodeClient& client, Chain& chain)
    {
        while (client.pending() > 0) {
            chain.answer(_port, _clock);
            client.poll(10ms);
        }
    }

    /// How often each node was told of.
    std::map<std::uint64_t, int> run(Chain& chain, const std::vector<wire::Neighbor>& from,
                                     const node::PublicKey& target)
    {
        std::map<std::uint64_t, int> told;
        NodeClient client(_key, _port, _clock);
        Lookup lookup(client, target, 1s,
                      [&](const wire::Neighbor& node) { ++told[node.endpoint.udp - firstPort]; });
        lookup.start(from);
        drive(client, chain);
        CPPUNIT_ASSERT(lookup.isOver());
        _asked = lookup.asked();
        _answered = lookup.answered();
        return told;
    }

    testkit::ManualClock _clock;
    FakePort _port{_clock};
    node::SecretKey _key = testkit::testKey(500);
    unsigned _asked = 0;
    unsigned _answered = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(LookupTest);

} // namespace waymark::discv4::client::testing
