#include "World.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark::discv4::testing
{

using wire::PacketType;

/// Lookups, bootnodes, warm restarts.
class LookupTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LookupTest);
    CPPUNIT_TEST(walksOnlyWhenTheTableHasNodes);
    CPPUNIT_TEST(findsNodesThroughOthers);
    CPPUNIT_TEST(endsWhenNobodyAnswers);
    CPPUNIT_TEST(endsAtOnceWithoutAnyNode);
    CPPUNIT_TEST(ignoresUnsolicitedNeighbors);
    CPPUNIT_TEST(believesNoImpossibleNeighbors);
    CPPUNIT_TEST(asksNobodyInAFamilyOfOthers);
    CPPUNIT_TEST(pingsNodesThatHaveNotPingedItBeforeAsking);
    CPPUNIT_TEST(pingsNodesThatLeftAQuestionUnansweredBeforeAskingAgain);
    CPPUNIT_TEST(believesNeighborsFromTheAskedAddressOnly);
    CPPUNIT_TEST(believesANodeMoreThanOthersOfItsTcpPort);
    CPPUNIT_TEST(retriesBootnodesWithGrowingPauses);
    CPPUNIT_TEST(turnsToALostBootnodeAsIfItWereNew);
    CPPUNIT_TEST(tellsWhetherABootnodeAnswers);
    CPPUNIT_TEST(provesRememberedNodesAgain);
    CPPUNIT_TEST_SUITE_END();

public:
    void walksOnlyWhenTheTableHasNodes()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        _world.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT_EQUAL(0.0, node.sent("findnode"));
        Speaker peer(_world, 2, at("127.0.0.2:30303"));
        peer.answerPings(true);
        peer.bond(node.endpoint());
        _world.advance(std::chrono::seconds(31));
        CPPUNIT_ASSERT(node.sent("findnode") >= 1);
    }

    void findsNodesThroughOthers()
    {
        // Everybody knows the first node only.
        std::vector<std::unique_ptr<Node>> nodes;
        for (std::uint64_t i = 0; i < 40; ++i) {
            nodes.push_back(
                std::make_unique<Node>(_world, 100 + i, at("127.0.1." + std::to_string(i + 1) + ":30303")));
            if (i > 0)
                nodes.back()->engine().setBootnodes({nodes.front()->contact()});
        }
        _world.advance(std::chrono::minutes(2));
        const Node& last = *nodes.back();
        const auto found = lookUp(*nodes[1], last.key());
        CPPUNIT_ASSERT(!found.empty());
        CPPUNIT_ASSERT(found.front().key == last.key());
        CPPUNIT_ASSERT(found.front().endpoint.udpEndpoint() == last.endpoint());
        CPPUNIT_ASSERT_EQUAL(engine::neighborCount, found.size());
    }

    void endsWhenNobodyAnswers()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        Speaker peer(_world, 2, at("127.0.0.2:30303"));
        peer.bond(node.endpoint());
        CPPUNIT_ASSERT(lookUp(node, testkit::testKey(9).publicKey()).empty());
        CPPUNIT_ASSERT(peer.count(PacketType::findNode) > 0);
    }

    void endsAtOnceWithoutAnyNode()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        bool ended = false;
        node.engine().lookup(node.key(), [&](const auto& found) { ended = found.empty(); });
        CPPUNIT_ASSERT(ended);
    }

    void ignoresUnsolicitedNeighbors()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        Speaker peer(_world, 2, at("127.0.0.2:30303"));
        Speaker bait(_world, 3, at("127.0.0.3:30303"));
        peer.bond(node.endpoint());
        peer.neighbors(node.endpoint(), {{bait.key(), nodeAt("127.0.0.3:30303")}});
        _world.advance(std::chrono::seconds(2));
        CPPUNIT_ASSERT_EQUAL(1.0, node.dropped("unsolicited"));
        CPPUNIT_ASSERT(bait.heard().empty());
    }

    void believesNoImpossibleNeighbors()
    {
        Node node(_world, 1, at("8.8.8.1:30303"));
        Speaker liar(_world, 2, at("8.8.8.2:30303"));
        liar.answerPings(true);
        liar.bond(node.endpoint());
        Speaker good(_world, 3, at("9.9.9.3:30303"));
        Speaker own(_world, 4, at("9.9.9.9:30303")); // told with the node's own key
        std::vector<std::unique_ptr<Speaker>> baits;
        std::vector<wire::Neighbor> told{{good.key(), nodeAt("9.9.9.3:30303")},
                                         {node.key(), nodeAt("9.9.9.9:30303")}};
        for (const char* const bait : {"127.0.0.1:30304", "10.0.0.1:30303", "224.0.0.1:30303",
                                       "0.0.0.0:30303", "9.9.9.4:1024", "9.9.9.4:53", "9.9.9.4:0"}) {
            baits.push_back(std::make_unique<Speaker>(_world, 10 + baits.size(), at(bait)));
            told.push_back({baits.back()->key(), nodeAt(bait)});
        }
        told.push_back({node::PublicKey(), nodeAt("9.9.9.5:30303")}); // no point on the curve
        Speaker offCurve(_world, 30, at("9.9.9.5:30303"));
        bool ended = false;
        node.engine().lookup(liar.key(), [&](const auto&) { ended = true; });
        _world.advance(engine::tickInterval);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, liar.count(PacketType::findNode));
        liar.neighbors(node.endpoint(), told);
        _world.advance(std::chrono::seconds(6)); // silent ones are asked again
        CPPUNIT_ASSERT(ended);
        CPPUNIT_ASSERT(good.count(PacketType::ping) > 0);
        CPPUNIT_ASSERT(offCurve.heard().empty());
        CPPUNIT_ASSERT(own.heard().empty());
        for (const auto& bait : baits)
            CPPUNIT_ASSERT(bait->heard().empty());
    }

    void asksNobodyInAFamilyOfOthers()
    {
        const auto asked = [](bool isDual) {
            World world;
            Node node(world, 1, at("8.8.8.1:30303"));
            if (isDual)
                node.local().alsoAt(nodeAt("[2600::1]:30303"));
            Speaker teller(world, 2, at("8.8.8.2:30303"));
            teller.answerPings(true);
            teller.bond(node.endpoint());
            Speaker told(world, 3, at("[2600::3]:30303"));
            Speaker registered(world, 4, at("[2600::4]:30303"));
            node.enroll(registered.key(), nodeAt("[2600::4]:30303"));
            node.engine().lookup(teller.key(), [](const auto&) {});
            world.advance(engine::tickInterval);
            teller.neighbors(node.endpoint(), {{told.key(), nodeAt("[2600::3]:30303")}});
            world.advance(std::chrono::seconds(3));
            return std::pair(!told.heard().empty(), !registered.heard().empty());
        };
        CPPUNIT_ASSERT(asked(true) == std::pair(true, true));
        CPPUNIT_ASSERT(asked(false) == std::pair(false, false));
    }

    void pingsNodesThatHaveNotPingedItBeforeAsking()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        Speaker silent(_world, 2, at("127.0.0.2:30303"));
        silent.answerPings(true); // and pings nobody
        node.engine().setBootnodes({{silent.key(), nodeAt("127.0.0.2:30303")}});
        _world.advance(std::chrono::milliseconds(1'500));
        CPPUNIT_ASSERT(node.engine().table().find(silent.id()).has_value());
        silent.answerPings(false);
        silent.heard().clear();
        node.engine().lookup(node.key(), [](const auto&) {});
        _world.advance(engine::tickInterval);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, silent.count(PacketType::ping));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, silent.count(PacketType::findNode));
        _world.advance(std::chrono::milliseconds(500));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, silent.count(PacketType::findNode));
    }

    void pingsNodesThatLeftAQuestionUnansweredBeforeAskingAgain()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        Speaker peer(_world, 2, at("127.0.0.2:30303"));
        peer.bond(node.endpoint());
        lookUp(node, testkit::testKey(9).publicKey());
        // Perhaps it was started again, and forgot who had proven what.
        const auto isPing = [](const auto& packet) {
            return packet.type == PacketType::ping;
        };
        const auto isQuestion = [](const auto& packet) {
            return packet.type == PacketType::findNode;
        };
        const auto& heard = peer.heard();
        const auto first = std::ranges::find_if(heard, isQuestion);
        CPPUNIT_ASSERT(first != heard.end() && std::none_of(heard.begin(), first, isPing));
        CPPUNIT_ASSERT(peer.count(PacketType::findNode) > 1);
        CPPUNIT_ASSERT(std::ranges::find_if(first + 1, heard.end(), isPing) <
                       std::ranges::find_if(first + 1, heard.end(), isQuestion));
    }

    void believesNeighborsFromTheAskedAddressOnly()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        Speaker peer(_world, 2, at("127.0.0.2:30303"));
        Speaker bait(_world, 3, at("127.0.0.3:30303"));
        peer.bond(node.endpoint());
        node.engine().lookup(node.key(), [](const auto&) {});
        _world.advance(engine::tickInterval);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, peer.count(PacketType::findNode));
        peer.moveTo(at("127.0.0.4:30303"));
        peer.neighbors(node.endpoint(), {{bait.key(), nodeAt("127.0.0.3:30303")}});
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(1.0, node.dropped("unsolicited"));
        _world.advance(std::chrono::milliseconds(300));
        CPPUNIT_ASSERT(bait.heard().empty());
        peer.moveTo(at("127.0.0.2:30303"));
        peer.neighbors(node.endpoint(), {{bait.key(), nodeAt("127.0.0.3:30303")}});
        _world.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, bait.count(PacketType::ping));
    }

    void believesANodeMoreThanOthersOfItsTcpPort()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        Speaker peer(_world, 2, at("127.0.0.2:30303"));
        Speaker quiet(_world, 3, at("127.0.0.3:30303")); // which has not said yet
        peer.answerPings(true);
        quiet.answerPings(true);
        const node::NodeEndpoint own{peer.endpoint().ip, peer.endpoint().port, 30'303};
        peer.ping(node.endpoint(), {own, own, _world.soon(), {}});
        _world.deliver();
        _world.clock().advance(std::chrono::seconds(1));
        node.engine().setBootnodes({{peer.key(), {own.ip, own.udp, 666}},
                                    {quiet.key(), {quiet.endpoint().ip, quiet.endpoint().port, 666}}});
        _world.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, peer.count(PacketType::ping));
        CPPUNIT_ASSERT(node.engine().table().find(peer.id())->endpoint == own);
        CPPUNIT_ASSERT_EQUAL(std::uint16_t{666}, node.engine().table().find(quiet.id())->endpoint.tcp);
    }

    void retriesBootnodesWithGrowingPauses()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        Speaker bootnode(_world, 2, at("127.0.0.2:30303"));
        node.engine().setBootnodes({{bootnode.key(), nodeAt("127.0.0.2:30303")}});
        _world.advance(std::chrono::seconds(60));
        const auto pings = bootnode.count(PacketType::ping);
        CPPUNIT_ASSERT(pings >= 4 && pings <= 6); // 0, 2, 6, 14, 30 s
        bootnode.answerPings(true);
        _world.advance(std::chrono::seconds(60));
        CPPUNIT_ASSERT(node.engine().table().find(bootnode.id()).has_value());
    }

    void turnsToALostBootnodeAsIfItWereNew()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        Speaker bootnode(_world, 2, at("127.0.0.2:30303"));
        bootnode.answerPings(true);
        node.engine().setBootnodes({{bootnode.key(), nodeAt("127.0.0.2:30303")}});
        _world.advance(std::chrono::minutes(1));
        CPPUNIT_ASSERT(node.engine().table().find(bootnode.id()).has_value());
        bootnode.answerPings(false);
        _world.advance(std::chrono::minutes(10));
        CPPUNIT_ASSERT(!node.engine().table().find(bootnode.id()).has_value());
        // It comes back without knowing anybody: half an hour after its last answer would be too late.
        bootnode.answerPings(true);
        _world.advance(std::chrono::minutes(5) + std::chrono::seconds(10));
        CPPUNIT_ASSERT(node.engine().table().find(bootnode.id()).has_value());
    }

    void tellsWhetherABootnodeAnswers()
    {
        Node node(_world, 1, at("127.0.0.1:30303"));
        Speaker bootnode(_world, 2, at("127.0.0.2:30303"));
        node.engine().setBootnodes({{bootnode.key(), nodeAt("127.0.0.2:30303")}});
        _world.advance(std::chrono::seconds(10));
        CPPUNIT_ASSERT(!node.engine().isBootnodeReached(bootnode.id()));
        bootnode.answerPings(true);
        _world.advance(std::chrono::seconds(30));
        CPPUNIT_ASSERT(node.engine().isBootnodeReached(bootnode.id()));
        bootnode.answerPings(false);
        _world.advance(std::chrono::hours(1));
        CPPUNIT_ASSERT(!node.engine().isBootnodeReached(bootnode.id()));
    }

    void provesRememberedNodesAgain()
    {
        Speaker fresh(_world, 2, at("127.0.0.2:30303"));
        Speaker old(_world, 3, at("127.0.0.3:30303"));
        fresh.answerPings(true);
        Node first(_world, 1, at("127.0.0.1:30303"));
        fresh.bond(first.endpoint());
        auto memory = first.engine().memory();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, memory.size());
        memory.push_back(
            {old.key(), nodeAt("127.0.0.3:30303"), _world.clock().wallNow() - std::chrono::days(6)});

        Node second(_world, 4, at("127.0.0.4:30303"));
        second.engine().remember(memory);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, second.engine().table().size());
        _world.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT(second.engine().table().find(fresh.id()).has_value());
        CPPUNIT_ASSERT(old.heard().empty());
    }

private:
    std::vector<discovery::DiscoveredNode> lookUp(Node& node, const node::PublicKey& target)
    {
        std::optional<std::vector<discovery::DiscoveredNode>> result;
        node.engine().lookup(target, [&](std::vector<discovery::DiscoveredNode> found) {
            CPPUNIT_ASSERT(!result);
            result = std::move(found);
        });
        for (int i = 0; i < 600 && !result; ++i)
            _world.advance(engine::tickInterval);
        CPPUNIT_ASSERT(result.has_value());
        return *result;
    }

    World _world;
};

CPPUNIT_TEST_SUITE_REGISTRATION(LookupTest);

} // namespace waymark::discv4::testing
