#include "World.h"
#include "engine/Distance.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>
#include <vector>

namespace waymark::discv4::testing
{

using wire::Neighbor;
using wire::PacketType;

/// What FINDNODE is answered with.
class AnswersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AnswersTest);
    CPPUNIT_TEST(answersWithEmptyListToo);
    CPPUNIT_TEST(splitsSixteenNodesOverTwoDatagrams);
    CPPUNIT_TEST(boundsAnswersToAReplayedQuestion);
    CPPUNIT_TEST(tellsTheSixteenNearestOfAll);
    CPPUNIT_TEST(neverTellsTheRequesterOfItself);
    CPPUNIT_TEST(tellsLoopbackOnlyOnLoopback);
    CPPUNIT_TEST(tellsLocalNetworksOnlyThere);
    CPPUNIT_TEST(neverTellsSpecialAddresses);
    CPPUNIT_TEST(tellsOnlyTheRequestersFamily);
    CPPUNIT_TEST(findsEveryRegisteredPeerByIdWhateverFillsTheBuckets);
    CPPUNIT_TEST(tellsRegisteredPeerOnceWithItsRegisteredEndpoint);
    CPPUNIT_TEST(usesNewAddressOfReregisteredPeerAtOnce);
    CPPUNIT_TEST(forgetsDeregisteredPeerAtOnce);
    CPPUNIT_TEST(takesOverPeersThatWereRegisteredBefore);
    CPPUNIT_TEST(registeredPeerMustProveItselfToAsk);
    CPPUNIT_TEST(tellsNobodyTwiceNorWithoutPort);
    CPPUNIT_TEST(countsStrangersThatItHides);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersWithEmptyListToo()
    {
        _peer.bond(_node.endpoint());
        CPPUNIT_ASSERT(ask(_peer, _node.key()).empty());
        CPPUNIT_ASSERT_EQUAL(1.0, _node.sent("neighbors"));
    }

    void splitsSixteenNodesOverTwoDatagrams()
    {
        enrollMany(20, "10.1.0.");
        _peer.bond(_node.endpoint());
        _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _peer.count(PacketType::neighbors));
        std::vector<std::size_t> sizes;
        for (const auto& heard : _peer.heard()) {
            CPPUNIT_ASSERT(heard.bytes.size() <= wire::maximumPacket);
            sizes.push_back(std::get<wire::Neighbors>(heard.message).size);
        }
        CPPUNIT_ASSERT(sizes == (std::vector<std::size_t>{12, 4}));
    }

    void boundsAnswersToAReplayedQuestion()
    {
        enrollMany(20, "10.1.0.");
        _peer.bond(_node.endpoint());
        for (int i = 0; i < 100; ++i)
            _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(64.0, _node.sent("neighbors")); // 32 answers of two datagrams
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, ask(_peer, _peer.key()).size());
    }

    void tellsTheSixteenNearestOfAll()
    {
        enrollMany(20, "10.1.0.");
        std::vector<node::PublicKey> all = _keys;
        for (std::uint64_t i = 0; i < 12; ++i) // few enough for any bucket
            all.push_back(bondStranger(300 + i, "10.2.0." + std::to_string(i + 1) + ":30303"));
        _peer.bond(_node.endpoint());
        for (std::uint64_t i = 0; i < 10; ++i) {
            const auto target = testkit::testKey(900 + i).publicKey();
            std::ranges::sort(all, [&](const auto& left, const auto& right) {
                return engine::isNearer(target.nodeId(), left.nodeId(), right.nodeId());
            });
            const auto told = ask(_peer, target);
            CPPUNIT_ASSERT_EQUAL(std::size_t{16}, told.size());
            for (std::size_t n = 0; n < told.size(); ++n)
                CPPUNIT_ASSERT(told[n].key == all[n]);
        }
    }

    void neverTellsTheRequesterOfItself()
    {
        enrollMany(20, "10.1.0.");
        Speaker asker(_world, firstKey, at("127.0.0.77:30303"));
        asker.bond(_node.endpoint());
        const auto told = ask(asker, asker.key());
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, told.size());
        CPPUNIT_ASSERT(std::ranges::find(told, asker.key(), &Neighbor::key) == told.end());
    }

    void tellsLoopbackOnlyOnLoopback()
    {
        const auto key = enroll(50, "127.0.0.50:30303");
        assertTold(key, {{"127.0.0.2:1111", true}, {"10.0.0.2:1111", false}, {"8.8.8.8:1111", false}});
        CPPUNIT_ASSERT_EQUAL(2.0, _node.metrics().value("waymark_discv4_relay_hidden_total").value());
    }

    void tellsLocalNetworksOnlyThere()
    {
        const auto key = enroll(50, "10.0.0.50:30303");
        assertTold(key, {{"127.0.0.2:1111", true}, {"192.168.1.2:1111", true}, {"8.8.8.8:1111", false}});
    }

    void neverTellsSpecialAddresses()
    {
        for (const char* const special : {"0.0.0.0:1111", "224.0.0.1:1111", "203.0.113.1:1111",
                                          "255.255.255.255:1111", "240.0.0.1:1111"}) {
            const auto key = enroll(50, special);
            assertTold(key, {{"127.0.0.2:1111", false}, {"10.0.0.2:1111", false}, {"8.8.8.8:1111", false}});
        }
    }

    void tellsOnlyTheRequestersFamily()
    {
        const auto v4 = enroll(50, "8.8.8.50:30303");
        const auto v6 = enroll(51, "[2600::50]:30303");
        assertTold(v4, {{"8.8.8.8:1111", true}, {"[2600::8]:1111", false}});
        assertTold(v6, {{"8.8.8.8:1111", false}, {"[2600::8]:1111", true}});
    }

    void findsEveryRegisteredPeerByIdWhateverFillsTheBuckets()
    {
        enrollMany(100, "10.1.0.");
        for (std::uint64_t i = 0; i < 400; ++i)
            bondStranger(1'000 + i, "10." + std::to_string(3 + i / 200) + ".0." +
                                        std::to_string(i % 200 + 1) + ":30303");
        CPPUNIT_ASSERT(_node.engine().table().size() > 60);
        _peer.bond(_node.endpoint());
        for (const auto& key : _keys)
            CPPUNIT_ASSERT(ask(_peer, key).front().key == key);
    }

    void tellsRegisteredPeerOnceWithItsRegisteredEndpoint()
    {
        const auto key = bondStranger(50, "127.0.0.50:30303");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _node.engine().table().size());
        _node.enroll(key, nodeAt("127.0.0.51:40404"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _node.engine().table().size());
        bondStranger(50, "127.0.0.50:30303"); // it goes on speaking from where it was
        _peer.bond(_node.endpoint());
        const auto told = ask(_peer, key);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, told.size());
        CPPUNIT_ASSERT(told[0].endpoint == nodeAt("127.0.0.51:40404"));
    }

    void usesNewAddressOfReregisteredPeerAtOnce()
    {
        const auto key = enroll(50, "127.0.0.50:30303");
        _peer.bond(_node.endpoint());
        CPPUNIT_ASSERT(ask(_peer, key).front().endpoint == nodeAt("127.0.0.50:30303"));
        _node.enroll(key, nodeAt("127.0.0.60:30404"));
        CPPUNIT_ASSERT(ask(_peer, key).front().endpoint == nodeAt("127.0.0.60:30404"));
    }

    void forgetsDeregisteredPeerAtOnce()
    {
        Speaker registered(_world, 50, at("127.0.0.50:30303"));
        registered.answerPings(true);
        _node.enroll(registered.key(), nodeAt("127.0.0.50:30303"));
        _world.advance(std::chrono::seconds(1)); // pinged, live, proven
        _peer.bond(_node.endpoint());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, ask(_peer, registered.key()).size());
        _node.dismiss(registered.key());
        CPPUNIT_ASSERT(ask(_peer, registered.key()).empty());
    }

    void takesOverPeersThatWereRegisteredBefore()
    {
        const auto key = testkit::testKey(50).publicKey();
        _node.engine().stop();
        _node.enroll(key, nodeAt("127.0.0.50:30303"));
        CPPUNIT_ASSERT(!_node.engine().liveness(node::PeerId(key)));
        _node.engine().start();
        CPPUNIT_ASSERT(_node.engine().liveness(node::PeerId(key)).has_value());
    }

    void registeredPeerMustProveItselfToAsk()
    {
        _node.enroll(_peer.key(), {_peer.endpoint().ip, _peer.endpoint().port, 0});
        _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::neighbors));
    }

    void tellsNobodyTwiceNorWithoutPort()
    {
        const auto key = enroll(50, "127.0.0.50:30303");
        engine::Table table(_node.id(), {}, 1);
        const auto portless = testkit::testKey(51).publicKey();
        for (const Neighbor& stranger :
             {Neighbor{key, nodeAt("127.0.0.50:4000")}, Neighbor{portless, nodeAt("127.0.0.51:0")}})
            table.proven({stranger.key, stranger.key.nodeId(), stranger.endpoint, {}, {}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, table.size());
        const engine::Neighborhood neighborhood(_node.registry(), _node.engine().registered(), table,
                                                engine::Advertise::registered);
        const auto answer = neighborhood.closest({key.nodeId(), {}, registry::ReachSet::all()});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, answer.size);
        CPPUNIT_ASSERT(answer.nodes()[0] == (Neighbor{key, nodeAt("127.0.0.50:30303")}));
    }

    void countsStrangersThatItHides()
    {
        bondStranger(50, "127.0.0.50:30303");
        Speaker asker(_world, 77, at("8.8.8.8:30303"));
        asker.bond(_node.endpoint());
        CPPUNIT_ASSERT(ask(asker, _node.key()).empty());
        CPPUNIT_ASSERT_EQUAL(1.0, _node.metrics().value("waymark_discv4_relay_hidden_total").value());
    }

private:
    static constexpr std::uint64_t firstKey = 500;

    node::PublicKey enroll(std::uint64_t key, const std::string& where)
    {
        const auto peer = testkit::testKey(key).publicKey();
        _node.enroll(peer, nodeAt(where));
        return peer;
    }

    /// Registers so many peers and keeps their keys.
    void enrollMany(std::uint64_t count, const std::string& network)
    {
        for (std::uint64_t i = 0; i < count; ++i)
            _keys.push_back(enroll(firstKey + i, network + std::to_string(i + 1) + ":30303"));
    }

    node::PublicKey bondStranger(std::uint64_t key, const std::string& where)
    {
        Speaker stranger(_world, key, at(where));
        stranger.bond(_node.endpoint());
        _world.cut(at(where));
        _world.clock().advance(std::chrono::seconds(1));
        return stranger.key();
    }

    std::vector<Neighbor> ask(Speaker& asker, const node::PublicKey& target)
    {
        asker.heard().clear();
        asker.findNode(_node.endpoint(), target);
        _world.deliver();
        CPPUNIT_ASSERT(asker.count(PacketType::neighbors) > 0);
        return asker.takeNeighbors();
    }

    struct Expectation
    {
        const char* requester;
        bool told;
    };
    void assertTold(const node::PublicKey& key, std::initializer_list<Expectation> expectations)
    {
        for (const auto& [requester, expected] : expectations) {
            Speaker asker(_world, 77, at(requester));
            asker.bond(_node.endpoint());
            const auto told = ask(asker, key);
            const bool isTold = std::ranges::find(told, key, &Neighbor::key) != told.end();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(requester, expected, isTold);
            _world.cut(at(requester));
            _world.clock().advance(std::chrono::seconds(1));
        }
    }

    World _world;
    Node _node{_world, 1, at("127.0.0.1:30303")};
    Speaker _peer{_world, 2, at("127.0.0.2:30303")};
    std::vector<node::PublicKey> _keys;
};

CPPUNIT_TEST_SUITE_REGISTRATION(AnswersTest);

} // namespace waymark::discv4::testing
