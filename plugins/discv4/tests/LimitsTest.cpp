#include "World.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <utility>
#include <vector>

namespace waymark::discv4::testing
{

using wire::PacketType;

/// What anybody can make a node do, and that nobody uses up what belongs to others.
class LimitsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LimitsTest);
    CPPUNIT_TEST(answersQuestionsOfANodeUpToItsBudget);
    CPPUNIT_TEST(boundsTheWorkForAForgedKnownEndpoint);
    CPPUNIT_TEST(strangersUseUpNoBudgetOfARegisteredEndpoint);
    CPPUNIT_TEST(limitsPacketsOfAnUnprovenPrefix);
    CPPUNIT_TEST(knownNodesGoFirstInACrowd);
    CPPUNIT_TEST(answersRegisteredPeerWhenStrangersUsedTheBudget);
    CPPUNIT_TEST(pingsKnownNodesWhenStrangersTookAllPings);
    CPPUNIT_TEST(countsWhateverASubscriberThrows);
    CPPUNIT_TEST(answersNoAddressThatCannotBeAnswered);
    CPPUNIT_TEST(pingsNoAddressThatCannotBeAnswered);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersQuestionsOfANodeUpToItsBudget()
    {
        engine::Parameters parameters;
        parameters.questionsPerNode = {1, 5};
        Node node(_world, 10, at("127.0.0.10:30303"), parameters);
        _peer.bond(node.endpoint());
        _other.bond(node.endpoint());
        askMuch(node, 8);
        _peer.enrRequest(node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, _peer.count(PacketType::neighbors));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::enrResponse));
        CPPUNIT_ASSERT_EQUAL(4.0, node.dropped("questions_used"));
        assertAnswered(node, _other);

        _world.clock().advance(std::chrono::seconds(1));
        _peer.enrRequest(node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::enrResponse));
        node.engine().setQuestionRate({0, 0});
        _peer.heard().clear();
        askMuch(node, 8);
        CPPUNIT_ASSERT_EQUAL(std::size_t{8}, _peer.count(PacketType::neighbors));
    }

    void boundsTheWorkForAForgedKnownEndpoint()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, {{0, 0}, {0, 0}, {1, 5}});
        _peer.bond(node.endpoint());
        _other.bond(node.endpoint());
        const double before = node.received("ping");
        Speaker flood(_world, 11, _peer.endpoint());
        for (int i = 0; i < 50; ++i)
            flood.ping(node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(before + 5, node.received("ping"));
        CPPUNIT_ASSERT_EQUAL(45.0, node.dropped("known_limited"));
        assertAnswered(node, _other);
        _world.clock().advance(std::chrono::seconds(1));
        _peer.moveTo(_peer.endpoint());
        assertAnswered(node, _peer);
    }

    void strangersUseUpNoBudgetOfARegisteredEndpoint()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, {{1, 1}, {1, 1}, {1, 3}});
        node.enroll(_peer.key(), nodeAt("127.0.0.2:30303"));
        Speaker stranger(_world, 11, at("127.0.0.2:4000"));
        for (int i = 0; i < 5; ++i)
            stranger.ping(node.endpoint());
        for (int i = 0; i < 5; ++i)
            _peer.ping(node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stranger.count(PacketType::pong));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _peer.count(PacketType::pong));
        CPPUNIT_ASSERT_EQUAL(4.0, node.dropped("rate_limited"));
        CPPUNIT_ASSERT_EQUAL(2.0, node.dropped("known_limited"));
    }

    void limitsPacketsOfAnUnprovenPrefix()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, {{0, 0}, {1, 5}, {0, 0}});
        for (std::uint64_t i = 0; i < 20; ++i)
            Speaker(_world, 100 + i, at("127.0.1." + std::to_string(i + 1) + ":30303")).ping(node.endpoint());
        cutAndDeliver("127.0.1.", 20);
        CPPUNIT_ASSERT_EQUAL(5.0, node.received("ping"));
        CPPUNIT_ASSERT_EQUAL(15.0, node.dropped("rate_limited"));
        _peer.ping(node.endpoint()); // from another prefix
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(6.0, node.received("ping"));
    }

    void knownNodesGoFirstInACrowd()
    {
        Node node(_world, 10, at("127.0.0.10:30303"));
        _peer.bond(node.endpoint());
        io::IngressRates rates;
        rates.newcomers = {1, 3};
        io::Ingress ingress(node.engine(), node.environment({}), rates);
        std::vector<Flight> flights;
        _world.attach(node.endpoint(), [&](const Flight& flight) { flights.push_back(flight); });
        const auto pongsFor = [&](std::uint64_t newcomers, bool isCrowded) {
            for (std::uint64_t i = 0; i < newcomers; ++i)
                Speaker(_world, 100 + i, at("127.0." + std::to_string(i + 1) + ".1:30303"))
                    .ping(node.endpoint());
            for (int i = 0; i < 5; ++i)
                _peer.ping(node.endpoint());
            _world.deliver();
            const double before = node.sent("pong");
            Discarded sink;
            for (const Flight& flight : std::exchange(flights, {}))
                ingress.consume({flight.from, flight.to.ip, flight.bytes, 0, isCrowded}, sink);
            return node.sent("pong") - before;
        };
        CPPUNIT_ASSERT_EQUAL(3.0 + 5.0, pongsFor(8, true));
        CPPUNIT_ASSERT_EQUAL(5.0, node.dropped("crowded"));
        _world.clock().advance(std::chrono::seconds(2));
        CPPUNIT_ASSERT_EQUAL(8.0 + 5.0, pongsFor(8, false));
        CPPUNIT_ASSERT_EQUAL(5.0, node.dropped("crowded"));
    }

    void answersRegisteredPeerWhenStrangersUsedTheBudget()
    {
        engine::Parameters parameters;
        parameters.answersPerPrefix = {1, 1};
        Node node(_world, 10, at("127.0.0.10:30303"), parameters);
        node.enroll(_peer.key(), nodeAt("127.0.0.2:30303"));
        _other.ping(node.endpoint());
        _other.ping(node.endpoint());
        _peer.ping(node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _other.count(PacketType::pong));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::pong));
        _peer.moveTo(at("127.0.0.4:30303")); // where it is not registered
        _peer.ping(node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::pong));
        CPPUNIT_ASSERT_EQUAL(2.0, node.dropped("budget_used"));
    }

    void pingsKnownNodesWhenStrangersTookAllPings()
    {
        engine::Parameters parameters;
        parameters.maximumPendingPings = 4;
        Node node(_world, 10, at("127.0.0.10:30303"), parameters);
        _peer.bond(node.endpoint());
        _world.advance(std::chrono::seconds(1));
        _world.clock().advance(std::chrono::hours(19)); // its proof is to be renewed
        _peer.heard().clear();
        node.enroll(_other.key(), nodeAt("127.0.0.3:30303"));
        for (std::uint64_t i = 0; i < 6; ++i)
            Speaker(_world, 100 + i, at("127.0.1." + std::to_string(i + 1) + ":30303")).ping(node.endpoint());
        cutAndDeliver("127.0.1.", 6);
        CPPUNIT_ASSERT_EQUAL(2.0, node.metrics().value("waymark_discv4_pings_skipped_total").value());
        _peer.findNode(node.endpoint(), node.key());
        _other.ping(node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::ping));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _other.count(PacketType::ping));

        _world.clock().advance(std::chrono::hours(6)); // it has run out
        _peer.heard().clear();
        _peer.findNode(node.endpoint(), node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::ping));
    }

    void countsWhateverASubscriberThrows()
    {
        Node node(_world, 10, at("127.0.0.10:30303"));
        const auto broken = node.engine().events().subscribe([](const discovery::NodeEvent&) { throw 7; });
        _peer.bond(node.endpoint());
        CPPUNIT_ASSERT_EQUAL(1.0, node.dropped("internal_error"));
        assertAnswered(node, _peer);
    }

    void answersNoAddressThatCannotBeAnswered()
    {
        Node node(_world, 10, at("127.0.0.10:30303"));
        for (const char* const nowhere :
             {"8.8.8.8:0", "0.0.0.0:30303", "224.0.0.5:30303", "255.255.255.255:30303", "[ff02::1]:30303"}) {
            Speaker stranger(_world, 11, at(nowhere));
            stranger.ping(node.endpoint());
            _world.deliver();
            _world.cut(at(nowhere));
            CPPUNIT_ASSERT_MESSAGE(nowhere, stranger.heard().empty());
        }
        CPPUNIT_ASSERT_EQUAL(5.0, node.dropped("not_usable"));
    }

    void pingsNoAddressThatCannotBeAnswered()
    {
        Node node(_world, 10, at("1.2.3.4:30303"));
        const wire::Neighbor nowhere{testkit::testKey(11).publicKey(), nodeAt("224.0.0.5:30303")};
        node.enroll(nowhere.key, nowhere.endpoint);
        node.engine().setBootnodes({nowhere});
        node.engine().remember({{nowhere.key, nowhere.endpoint, _world.clock().wallNow()}});
        _world.advance(std::chrono::seconds(5));
        CPPUNIT_ASSERT_EQUAL(0.0, node.sent("ping"));
    }

private:
    /// Different questions of _peer.
    void askMuch(const Node& node, std::uint64_t count)
    {
        for (std::uint64_t i = 0; i < count; ++i)
            _peer.findNode(node.endpoint(), testkit::testKey(700 + i).publicKey());
        _world.deliver();
    }

    void assertAnswered(const Node& node, Speaker& asker)
    {
        asker.heard().clear();
        asker.findNode(node.endpoint(), node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, asker.count(PacketType::neighbors));
    }

    /// Speakers of these addresses are gone; what they sent arrives.
    class Discarded final : public net::DatagramSink
    {
        void send(const net::Datagram&) override {}
    };

    void cutAndDeliver(const std::string& network, int count)
    {
        for (int i = 0; i < count; ++i)
            _world.cut(at(network + std::to_string(i + 1) + ":30303"));
        _world.deliver();
    }

    World _world;
    Speaker _peer{_world, 2, at("127.0.0.2:30303")};
    Speaker _other{_world, 3, at("127.0.0.3:30303")};
};

CPPUNIT_TEST_SUITE_REGISTRATION(LimitsTest);

} // namespace waymark::discv4::testing
