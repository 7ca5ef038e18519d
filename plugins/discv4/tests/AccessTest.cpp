#include "World.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <initializer_list>
#include <string>

namespace waymark::discv4::testing
{

using wire::PacketType;

/// Whom a node listens to: the lists of the operator, and bans for floods, which must not become a switch
/// that anybody turns off others with.
class AccessTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AccessTest);
    CPPUNIT_TEST(talksToEverybodyWithoutLists);
    CPPUNIT_TEST(talksToNobodyOutsideOfNetrestrict);
    CPPUNIT_TEST(denyWinsOverNetrestrict);
    CPPUNIT_TEST(listsHoldForKnownNodesToo);
    CPPUNIT_TEST(newListsClearTheTable);
    CPPUNIT_TEST(asksNobodyWhomTheListsKeepOut);
    CPPUNIT_TEST(registeredPeerOutsideIsToldOfButNotAsked);
    CPPUNIT_TEST(bansAnAddressThatFloods);
    CPPUNIT_TEST(bansEnd);
    CPPUNIT_TEST(bansNobodyWhoStaysNearItsLimit);
    CPPUNIT_TEST(bansNoProvenNodeWhoseAddressIsForged);
    CPPUNIT_TEST(bansNoRegisteredPeerWhoseAddressIsForged);
    CPPUNIT_TEST(bansNoBootnodeWhoseAddressIsForged);
    CPPUNIT_TEST(bansNobodyWhenThereAreToBeNone);
    CPPUNIT_TEST(leavesPacketsOfTheUnwantedToOtherProtocols);
    CPPUNIT_TEST_SUITE_END();

    static node::IpNetworkSet networks(std::initializer_list<const char*> texts)
    {
        std::vector<node::IpNetwork> parsed;
        for (const char* text : texts)
            parsed.push_back(node::IpNetwork::parse(text).value());
        return node::IpNetworkSet(parsed);
    }

    /// One packet a second for an unproven address, five at once, and ten over that are put up with.
    static io::IngressRates strict() { return {{1, 5}, {0, 0}, {0, 0}, {{1, 10}, std::chrono::minutes(10)}}; }

    void ping(const Node& node, Speaker& from, int times)
    {
        for (int i = 0; i < times; ++i)
            from.ping(node.endpoint());
        _world.deliver();
    }

    /// Whether a ping is answered.
    bool isHeard(const Node& node, Speaker& from)
    {
        from.heard().clear();
        ping(node, from, 1);
        return from.count(PacketType::pong) == 1;
    }

    /// Somebody floods in the name of an address.
    void forge(const Node& node, const char* address)
    {
        Speaker forger(_world, 77, at(std::string(address) + ":9999"));
        ping(node, forger, 40);
    }

    void talksToEverybodyWithoutLists()
    {
        Node node(_world, 10, at("127.0.0.10:30303"));
        CPPUNIT_ASSERT(isHeard(node, _peer));
        CPPUNIT_ASSERT_EQUAL(0.0, node.dropped("denied"));
    }

    void talksToNobodyOutsideOfNetrestrict()
    {
        Node node(_world, 10, at("127.0.0.10:30303"));
        node.engine().setAccess({networks({"127.0.0.3"}), {}});
        CPPUNIT_ASSERT(!isHeard(node, _peer));
        CPPUNIT_ASSERT(_peer.heard().empty());
        CPPUNIT_ASSERT(isHeard(node, _other));
        CPPUNIT_ASSERT_EQUAL(1.0, node.dropped("denied"));
    }

    void denyWinsOverNetrestrict()
    {
        Node node(_world, 10, at("127.0.0.10:30303"));
        node.engine().setAccess({networks({"127.0.0.0/8"}), networks({"127.0.0.2"})});
        CPPUNIT_ASSERT(!isHeard(node, _peer));
        CPPUNIT_ASSERT(isHeard(node, _other));
        node.engine().setAccess({});
        CPPUNIT_ASSERT(isHeard(node, _peer));
    }

    void listsHoldForKnownNodesToo()
    {
        Node node(_world, 10, at("127.0.0.10:30303"));
        _peer.bond(node.endpoint());
        node.enroll(_other.key(), nodeAt("127.0.0.3:30303"));
        node.engine().setAccess({{}, networks({"127.0.0.2", "127.0.0.3"})});
        CPPUNIT_ASSERT(!isHeard(node, _peer));
        CPPUNIT_ASSERT(!isHeard(node, _other));
    }

    void newListsClearTheTable()
    {
        engine::Parameters parameters;
        parameters.bucketSize = 1;
        Node node(_world, 10, at("127.0.0.10:30303"), parameters);
        for (std::uint64_t i = 0; i < 24; ++i)
            Speaker(_world, 100 + i, at("127.0.1." + std::to_string(i + 1) + ":30303")).bond(node.endpoint());
        _other.bond(node.endpoint());
        std::size_t lost = 0;
        const auto events = node.engine().events().subscribe([&](const discovery::NodeEvent& event) {
            lost += event.kind == discovery::NodeEvent::Kind::lost ? 1 : 0;
        });
        CPPUNIT_ASSERT(node.engine().table().size() > 2);
        node.engine().setAccess({{}, networks({"127.0.1.0/24"})});
        for (const auto& left : node.engine().table().nodes())
            CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.3"), left.endpoint.ip.toString());
        CPPUNIT_ASSERT(lost > 2);
    }

    void asksNobodyWhomTheListsKeepOut()
    {
        Node node(_world, 10, at("127.0.0.10:30303"));
        node.engine().setAccess({{}, networks({"127.0.0.2"})});
        node.engine().setBootnodes(
            {{_peer.key(), nodeAt("127.0.0.2:30303")}, {_other.key(), nodeAt("127.0.0.3:30303")}});
        node.engine().remember({{_peer.key(), nodeAt("127.0.0.2:30303"), _world.clock().wallNow()}});
        _world.advance(std::chrono::seconds(2));
        CPPUNIT_ASSERT(_peer.heard().empty());
        CPPUNIT_ASSERT(_other.count(PacketType::ping) > 0);

        // Nor those that others tell of.
        _other.bond(node.endpoint());
        node.engine().lookup(_peer.key(), [](const auto&) {});
        _world.advance(engine::tickInterval);
        CPPUNIT_ASSERT(_other.count(PacketType::findNode) > 0);
        _other.neighbors(node.endpoint(), {{_peer.key(), nodeAt("127.0.0.2:30303")}});
        _world.advance(std::chrono::seconds(2));
        CPPUNIT_ASSERT(_peer.heard().empty());
    }

    void registeredPeerOutsideIsToldOfButNotAsked()
    {
        Node node(_world, 10, at("127.0.0.10:30303"));
        node.engine().setAccess({{}, networks({"127.0.0.2"})});
        node.enroll(_peer.key(), nodeAt("127.0.0.2:30303"));
        _world.advance(std::chrono::seconds(30));
        CPPUNIT_ASSERT(_peer.heard().empty());
        const auto liveness = node.engine().liveness(node::PeerId(_peer.key()));
        CPPUNIT_ASSERT(liveness->state == discovery::Liveness::unresponsive);
        _other.bond(node.endpoint());
        _other.findNode(node.endpoint(), _peer.key());
        _world.deliver();
        CPPUNIT_ASSERT(_peer.key() == _other.takeNeighbors().front().key);
    }

    void bansAnAddressThatFloods()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, strict());
        forge(node, "127.0.0.2"); // 5 are handled, 10 put up with
        CPPUNIT_ASSERT_EQUAL(11.0, node.dropped("rate_limited"));
        CPPUNIT_ASSERT_EQUAL(24.0, node.dropped("banned"));
        CPPUNIT_ASSERT_EQUAL(1.0, node.metrics().value("waymark_discv4_banned_addresses").value());
        _world.clock().advance(std::chrono::minutes(9));
        CPPUNIT_ASSERT(!isHeard(node, _peer));
        CPPUNIT_ASSERT(isHeard(node, _other));
    }

    void bansEnd()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, strict());
        forge(node, "127.0.0.2");
        _world.clock().advance(std::chrono::minutes(10));
        CPPUNIT_ASSERT(isHeard(node, _peer));
        CPPUNIT_ASSERT_EQUAL(0.0, node.metrics().value("waymark_discv4_banned_addresses").value());
    }

    void bansNobodyWhoStaysNearItsLimit()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, strict());
        for (int minute = 0; minute < 60; ++minute) {
            ping(node, _peer, 12);
            _world.clock().advance(std::chrono::minutes(1));
        }
        CPPUNIT_ASSERT(node.dropped("rate_limited") > 100);
        CPPUNIT_ASSERT_EQUAL(0.0, node.dropped("banned"));
    }

    void bansNoProvenNodeWhoseAddressIsForged()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, strict());
        _peer.bond(node.endpoint());
        forge(node, "127.0.0.2");
        CPPUNIT_ASSERT(node.dropped("banned") > 0);
        CPPUNIT_ASSERT(isHeard(node, _peer));
        _peer.findNode(node.endpoint(), node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::neighbors));
    }

    void bansNoRegisteredPeerWhoseAddressIsForged()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, strict());
        forge(node, "127.0.0.2");
        CPPUNIT_ASSERT(!isHeard(node, _peer));
        node.enroll(_peer.key(), nodeAt("127.0.0.2:30303"));
        CPPUNIT_ASSERT(isHeard(node, _peer));
        _peer.answerPings(true);
        _world.advance(std::chrono::seconds(2));
        CPPUNIT_ASSERT(node.engine().liveness(node::PeerId(_peer.key()))->state == discovery::Liveness::live);
    }

    void bansNoBootnodeWhoseAddressIsForged()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, strict());
        forge(node, "127.0.0.2");
        _peer.answerPings(true);
        node.engine().setBootnodes({{_peer.key(), nodeAt("127.0.0.2:30303")}});
        _world.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, node.engine().table().size());
    }

    void bansNobodyWhenThereAreToBeNone()
    {
        auto rates = strict();
        rates.bans.time = Duration::zero();
        Node node(_world, 10, at("127.0.0.10:30303"), {}, rates);
        forge(node, "127.0.0.2");
        CPPUNIT_ASSERT_EQUAL(35.0, node.dropped("rate_limited"));
        _world.clock().advance(std::chrono::seconds(5));
        CPPUNIT_ASSERT(isHeard(node, _peer));
    }

    void leavesPacketsOfTheUnwantedToOtherProtocols()
    {
        Node node(_world, 10, at("127.0.0.10:30303"), {}, strict());
        node.engine().setAccess({{}, networks({"127.0.0.3"})});
        ping(node, _other, 2);
        CPPUNIT_ASSERT_EQUAL(2, node.passedOn());
        forge(node, "127.0.0.2");
        CPPUNIT_ASSERT_EQUAL(2 + 24, node.passedOn());
    }

    World _world;
    Speaker _peer{_world, 2, at("127.0.0.2:30303")};
    Speaker _other{_world, 3, at("127.0.0.3:30303")};
};

CPPUNIT_TEST_SUITE_REGISTRATION(AccessTest);

} // namespace waymark::discv4::testing
