#include "World.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <vector>

namespace waymark::discv4::testing
{

using discovery::Liveness;
using discovery::NodeEvent;
using engine::Advertise;
using wire::Neighbor;
using wire::PacketType;

/// Which registered peers others are told of, in which order, and where.
class AdvertiseTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AdvertiseTest);
    CPPUNIT_TEST(listsUnresponsivePeersBehindAllOthers);
    CPPUNIT_TEST(tellsOfLivePeersOnlyWhenToldTo);
    CPPUNIT_TEST(changesWhatItTellsOfAtOnce);
    CPPUNIT_TEST(tellsOfPeersFoundAndLostWhenOnlyLiveOnesCount);
    CPPUNIT_TEST(tellsWherePeerMovedTo);
    CPPUNIT_TEST(tellsTheRegisteredEndpointWhileItAnswers);
    CPPUNIT_TEST(returnsToTheRegisteredEndpointWhenItAnswersAgain);
    CPPUNIT_TEST(tellsTheRegisteredEndpointWhereTheNewOneMayNotBeTold);
    CPPUNIT_TEST(followsPeerThatIsRegisteredElsewhereAfterItMoved);
    CPPUNIT_TEST(followsNewerRecord);
    CPPUNIT_TEST(doesNotFollowRecordsToWhatMayNotBeTold);
    CPPUNIT_TEST(fetchesNoRecordThatIsNotNewer);
    CPPUNIT_TEST(tellsWherePeerMovedToAlsoAfterItWasAway);
    CPPUNIT_TEST(tellsTheNewPortOfAPeer);
    CPPUNIT_TEST(tellsWhereStrangerWasThatIsRegisteredElsewhere);
    CPPUNIT_TEST(pingsAPlaceOfARecordAFewTimesOnly);
    CPPUNIT_TEST(tellsOfPeersThatARegistrationLost);
    CPPUNIT_TEST_SUITE_END();

public:
    void listsUnresponsivePeersBehindAllOthers()
    {
        enrollAt("127.0.0.2:30303");
        _world.advance(std::chrono::seconds(10));
        CPPUNIT_ASSERT(state() == Liveness::unresponsive);
        for (std::uint64_t i = 0; i < 5; ++i)
            _node.enroll(testkit::testKey(50 + i).publicKey(), nodeAt("127.0.0.50:30303"));
        const auto told = ask(_peer.key());
        CPPUNIT_ASSERT_EQUAL(std::size_t{6}, told.size());
        CPPUNIT_ASSERT(told.back().key == _peer.key());
        _peer.answerPings(true);
        _world.advance(std::chrono::minutes(1));
        CPPUNIT_ASSERT(ask(_peer.key()).front().key == _peer.key());
    }

    void tellsOfLivePeersOnlyWhenToldTo()
    {
        _node.engine().setAdvertise(Advertise::live);
        enrollAt("127.0.0.2:30303");
        CPPUNIT_ASSERT(ask(_peer.key()).empty());
        _peer.answerPings(true);
        _world.advance(std::chrono::seconds(5));
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.2:30303").toString(), toldAt());
        _peer.answerPings(false);
        _world.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT(state() == Liveness::unresponsive);
        CPPUNIT_ASSERT(ask(_peer.key()).empty());
        _node.dismiss(_peer.key());
        CPPUNIT_ASSERT(ask(_peer.key()).empty());
    }

    void changesWhatItTellsOfAtOnce()
    {
        _peer.answerPings(true);
        enrollAt("127.0.0.2:30303");
        const auto silent = testkit::testKey(50).publicKey();
        _node.enroll(silent, nodeAt("127.0.0.50:30303"));
        _world.advance(std::chrono::seconds(5));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, ask(_peer.key()).size());
        _node.engine().setAdvertise(Advertise::live);
        const auto live = ask(silent);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, live.size());
        CPPUNIT_ASSERT(live.front().key == _peer.key());
        _node.engine().setAdvertise(Advertise::registered);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, ask(silent).size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _node.engine().registered().toldOtherwise().size());
    }

    void tellsOfPeersFoundAndLostWhenOnlyLiveOnesCount()
    {
        _node.engine().setAdvertise(Advertise::live);
        std::vector<NodeEvent::Kind> events;
        const auto subscription =
            _node.engine().events().subscribe([&](const NodeEvent& event) { events.push_back(event.kind); });
        _peer.answerPings(true);
        enrollAt("127.0.0.2:30303");
        _world.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _node.engine().nodes().size());
        _peer.answerPings(false);
        _world.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT((events == std::vector{NodeEvent::Kind::found, NodeEvent::Kind::lost}));
    }

    void tellsWherePeerMovedTo()
    {
        settleAndMove("127.0.0.3:30304");
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.3:30304").toString(), toldAt());
        CPPUNIT_ASSERT(state() == Liveness::live);
        CPPUNIT_ASSERT(_node.engine().nodes().back().endpoint.udpEndpoint() == at("127.0.0.3:30304"));
        _node.engine().setAdvertise(Advertise::live);
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.3:30304").toString(), toldAt());
    }

    void tellsTheRegisteredEndpointWhileItAnswers()
    {
        _peer.answerPings(true);
        enrollAt("127.0.0.2:30303");
        _world.advance(std::chrono::seconds(1));
        Speaker atOther(_world, 2, at("127.0.0.3:30304"));
        atOther.answerPings(true);
        atOther.bond(_node.endpoint());
        _world.advance(std::chrono::minutes(5));
        CPPUNIT_ASSERT(_node.engine().isKnown(at("127.0.0.3:30304")));
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.2:30303").toString(), toldAt());
    }

    void returnsToTheRegisteredEndpointWhenItAnswersAgain()
    {
        settleAndMove("127.0.0.3:30304");
        _peer.moveTo(at("127.0.0.2:30303"));
        _world.advance(std::chrono::minutes(6)); // it is asked there ever more seldom
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.2:30303").toString(), toldAt());
    }

    void tellsTheRegisteredEndpointWhereTheNewOneMayNotBeTold()
    {
        _peer.moveTo(at("8.8.8.2:30303"));
        _peer.answerPings(true);
        enrollAt("8.8.8.2:30303");
        _world.advance(std::chrono::seconds(1));
        _world.cut(at("8.8.8.2:30303"));
        _peer.moveTo(at("10.0.0.3:30303"));
        _peer.bond(_node.endpoint());
        _world.advance(std::chrono::seconds(30));
        CPPUNIT_ASSERT_EQUAL(at("10.0.0.3:30303").toString(), toldAt());
        Speaker remote(_world, 78, at("9.9.9.9:30303"));
        remote.bond(_node.endpoint());
        remote.findNode(_node.endpoint(), _peer.key());
        _world.deliver();
        CPPUNIT_ASSERT(remote.takeNeighbors().front().endpoint.udpEndpoint() == at("8.8.8.2:30303"));
    }

    void followsPeerThatIsRegisteredElsewhereAfterItMoved()
    {
        settleAndMove("127.0.0.3:30304");
        enrollAt("127.0.0.4:30303");
        CPPUNIT_ASSERT(state() == Liveness::pending);
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.4:30303").toString(), toldAt());
    }

    void followsNewerRecord()
    {
        _peer.answerPings(true);
        enrollAt("127.0.0.2:30303");
        _world.advance(std::chrono::seconds(1));
        announce(7);
        Speaker atOther(_world, 2, at("127.0.0.3:30304"));
        atOther.answerPings(true);
        answerWithRecord(7, _peer.last(PacketType::enrRequest).hash, "127.0.0.3:30304");
        _world.cut(at("127.0.0.2:30303"));
        _world.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.3:30304").toString(), toldAt());
    }

    void doesNotFollowRecordsToWhatMayNotBeTold()
    {
        _peer.moveTo(at("8.8.8.2:30303"));
        _peer.answerPings(true);
        enrollAt("8.8.8.2:30303");
        _world.advance(std::chrono::seconds(1));
        announce(7);
        std::size_t packets = 0;
        _world.attach(at("10.0.0.3:30303"), [&](const Flight&) { ++packets; });
        answerWithRecord(7, _peer.last(PacketType::enrRequest).hash, "10.0.0.3:30303");
        _world.advance(std::chrono::seconds(10));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, packets);
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("bad_record"));
    }

    void fetchesNoRecordThatIsNotNewer()
    {
        _peer.answerPings(true);
        enrollAt("127.0.0.2:30303");
        _world.advance(std::chrono::seconds(1));
        announce(7);
        answerWithRecord(7, _peer.last(PacketType::enrRequest).hash, "127.0.0.2:30303");
        _peer.heard().clear();
        announce(7);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::enrRequest));
        announce(8);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::enrRequest));
        answerWithRecord(6, _peer.last(PacketType::enrRequest).hash, "127.0.0.2:30303");
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("bad_record"));
    }

    void tellsWherePeerMovedToAlsoAfterItWasAway()
    {
        settleAndMove("127.0.0.3:30304");
        _peer.answerPings(false);
        _world.advance(std::chrono::seconds(75));
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.2:30303").toString(), toldAt());
        _peer.answerPings(true);
        pingEachSecond(30); // its proof still holds
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.3:30304").toString(), toldAt());
    }

    void tellsTheNewPortOfAPeer()
    {
        _peer.answerPings(true);
        enrollAt("127.0.0.2:30303");
        _world.advance(std::chrono::seconds(1));
        _world.cut(at("127.0.0.2:30303"));
        _peer.moveTo(at("127.0.0.2:30404"));
        pingEachSecond(30);
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.2:30404").toString(), toldAt());
    }

    void tellsWhereStrangerWasThatIsRegisteredElsewhere()
    {
        _peer.moveTo(at("127.0.0.3:30304"));
        _peer.answerPings(true);
        _peer.bond(_node.endpoint());
        enrollAt("127.0.0.2:30303");
        _world.cut(at("127.0.0.2:30303"));
        pingEachSecond(30);
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.3:30304").toString(), toldAt());
    }

    void pingsAPlaceOfARecordAFewTimesOnly()
    {
        _peer.answerPings(true);
        enrollAt("127.0.0.2:30303");
        _world.advance(std::chrono::seconds(1));
        std::size_t pings = 0;
        std::size_t toLowPort = 0;
        _world.attach(at("127.0.0.9:30303"), [&](const Flight&) { ++pings; });
        _world.attach(at("127.0.0.9:53"), [&](const Flight&) { ++toLowPort; });
        announce(7);
        answerWithRecord(7, _peer.last(PacketType::enrRequest).hash, "127.0.0.9:30303");
        _world.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, pings);
        CPPUNIT_ASSERT(!_node.engine().isKnown(at("127.0.0.9:30303")));
        // Announced as newer, and then it is the same.
        announce(9);
        answerWithRecord(7, _peer.last(PacketType::enrRequest).hash, "127.0.0.9:30303");
        announce(10);
        answerWithRecord(10, _peer.last(PacketType::enrRequest).hash, "127.0.0.9:53");
        _world.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, pings);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, toLowPort);
        CPPUNIT_ASSERT_EQUAL(at("127.0.0.2:30303").toString(), toldAt());
    }

    void tellsOfPeersThatARegistrationLost()
    {
        std::vector<NodeEvent> events;
        const auto subscription =
            _node.engine().events().subscribe([&](const NodeEvent& event) { events.push_back(event); });
        _peer.answerPings(true);
        enrollAt("127.0.0.2:30303");
        _world.advance(std::chrono::seconds(1));
        enrollAt("127.0.0.4:30303"); // where nobody is
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, events.size());
        CPPUNIT_ASSERT(events[1].kind == NodeEvent::Kind::lost);
        CPPUNIT_ASSERT(events[1].node.endpoint.udpEndpoint() == at("127.0.0.2:30303"));
    }

private:
    void pingEachSecond(int times)
    {
        for (int i = 0; i < times; ++i) {
            _peer.ping(_node.endpoint());
            _world.advance(std::chrono::seconds(1));
        }
    }

    void enrollAt(const char* where) { _node.enroll(_peer.key(), nodeAt(where)); }

    Liveness state() { return _node.engine().liveness(node::PeerId(_peer.key()))->state; }

    /// Registered at 127.0.0.2 and live there, then at another place only.
    void settleAndMove(const char* where)
    {
        _peer.answerPings(true);
        enrollAt("127.0.0.2:30303");
        _world.advance(std::chrono::seconds(1));
        _world.cut(at("127.0.0.2:30303"));
        _peer.moveTo(at(where));
        _peer.bond(_node.endpoint());
        _world.advance(std::chrono::seconds(30));
    }

    std::vector<Neighbor> ask(const node::PublicKey& target)
    {
        if (!_asker) {
            _asker.emplace(_world, 77, at("127.0.0.77:30303"));
            _asker->bond(_node.endpoint());
        }
        _world.clock().advance(std::chrono::seconds(1)); // else the question may be the same as before
        _asker->findNode(_node.endpoint(), target);
        _world.deliver();
        auto told = _asker->takeNeighbors();
        std::erase_if(told, [&](const Neighbor& node) { return node.key == _asker->key(); });
        return told;
    }

    std::string toldAt()
    {
        const auto told = ask(_peer.key());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, told.size());
        CPPUNIT_ASSERT(told.front().key == _peer.key());
        return told.front().endpoint.udpEndpoint().toString();
    }

    /// The peer, proven already, says that there is a record with this seq.
    void announce(std::uint64_t seq)
    {
        _world.clock().advance(std::chrono::seconds(1));
        const auto& endpoint = _peer.endpoint();
        const node::NodeEndpoint where{endpoint.ip, endpoint.port, endpoint.port};
        _peer.ping(_node.endpoint(), {where, where, _world.soon(), seq});
        _world.deliver();
    }

    void answerWithRecord(std::uint64_t seq, const node::Hash256& request, const char* where)
    {
        const auto record = node::EnrBuilder().seq(seq).endpoint(nodeAt(where)).sign(_peer.secret()).value();
        _peer.enrResponse(_node.endpoint(), request, record.encoded());
        _world.deliver();
    }

    World _world;
    Node _node{_world, 1, at("127.0.0.1:30303")};
    Speaker _peer{_world, 2, at("127.0.0.2:30303")};
    std::optional<Speaker> _asker;
};

CPPUNIT_TEST_SUITE_REGISTRATION(AdvertiseTest);

} // namespace waymark::discv4::testing
