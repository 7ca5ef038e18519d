#include "World.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <vector>

namespace waymark::discv4::testing
{

using discovery::Liveness;
using discovery::NodeEvent;
using wire::PacketType;

/// What is known of registered peers and of nodes in the table over time.
class LivenessTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LivenessTest);
    CPPUNIT_TEST(pingsPeerWhenItIsRegistered);
    CPPUNIT_TEST(pingsPeerThatAnsweredJustBeforeItWasRegistered);
    CPPUNIT_TEST(retriesWithGrowingPausesUntilThePeerListens);
    CPPUNIT_TEST(callsPeerUnresponsiveAfterThreeSilentPings);
    CPPUNIT_TEST(followsPeerToItsNewAddress);
    CPPUNIT_TEST(advertisesUnresponsivePeerAllTheSame);
    CPPUNIT_TEST(tellsOfPeersFoundAndLost);
    CPPUNIT_TEST(knowsNothingOfUnregisteredPeers);
    CPPUNIT_TEST(keepsNodeThatMissesOnePing);
    CPPUNIT_TEST(dropsNodeThatStaysSilent);
    CPPUNIT_TEST(takesNodeBackWhenItSpeaksAgain);
    CPPUNIT_TEST(fetchesRecordWhenItsSeqGrew);
    CPPUNIT_TEST(refusesRecordsOfOthersAndUnaskedOnes);
    CPPUNIT_TEST(refusesRecordsOlderThanTheKnownOne);
    CPPUNIT_TEST(refusesRecordsWithAddressesThatMayNotBeTold);
    CPPUNIT_TEST(callsNoPeerLiveForAnswersElsewhere);
    CPPUNIT_TEST(checksNodeAgainSoonAfterAFailure);
    CPPUNIT_TEST(leavesNodeThatAnsweredAloneForAMinute);
    CPPUNIT_TEST(checksStableNodesEveryFiveMinutes);
    CPPUNIT_TEST_SUITE_END();

public:
    void pingsPeerWhenItIsRegistered()
    {
        _peer.answerPings(true);
        enroll();
        CPPUNIT_ASSERT(state() == Liveness::pending);
        _world.advance(std::chrono::milliseconds(200));
        CPPUNIT_ASSERT(state() == Liveness::live);
        const auto liveness = *_node.engine().liveness(node::PeerId(_peer.key()));
        CPPUNIT_ASSERT(liveness.lastPong.has_value() && liveness.roundTrip.has_value());
        CPPUNIT_ASSERT_EQUAL(
            1.0, _node.metrics().value("waymark_discv4_registered_peers", {{"liveness", "live"}}).value());
    }

    /// As a node does whose start registers it: two pings in one second would have the same bytes.
    void pingsPeerThatAnsweredJustBeforeItWasRegistered()
    {
        _peer.answerPings(true);
        _peer.ping(_node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::ping));
        enroll();
        _world.advance(std::chrono::seconds(2));
        CPPUNIT_ASSERT(state() == Liveness::live);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _peer.count(PacketType::ping));
    }

    void retriesWithGrowingPausesUntilThePeerListens()
    {
        enroll();
        _world.advance(std::chrono::seconds(20));
        const auto pings = _peer.count(PacketType::ping);
        CPPUNIT_ASSERT(pings >= 4 && pings <= 6); // after 0, 1.5, 4, 8.5, 17 s
        _peer.answerPings(true);
        _world.advance(std::chrono::seconds(20));
        CPPUNIT_ASSERT(state() == Liveness::live);
    }

    void callsPeerUnresponsiveAfterThreeSilentPings()
    {
        enroll();
        _world.advance(std::chrono::milliseconds(2'500));
        CPPUNIT_ASSERT(state() == Liveness::pending);
        _world.advance(std::chrono::seconds(4));
        CPPUNIT_ASSERT(state() == Liveness::unresponsive);
    }

    void followsPeerToItsNewAddress()
    {
        _peer.answerPings(true);
        enroll();
        _world.advance(std::chrono::milliseconds(200));
        _node.enroll(_peer.key(), nodeAt("127.0.0.3:30303"));
        CPPUNIT_ASSERT(state() == Liveness::pending);
        _peer.moveTo(at("127.0.0.3:30303"));
        _world.advance(std::chrono::milliseconds(200));
        CPPUNIT_ASSERT(state() == Liveness::live);
    }

    void advertisesUnresponsivePeerAllTheSame()
    {
        enroll();
        _world.advance(std::chrono::seconds(10));
        CPPUNIT_ASSERT(state() == Liveness::unresponsive);
        Speaker asker(_world, 9, at("127.0.0.9:30303"));
        asker.bond(_node.endpoint());
        asker.findNode(_node.endpoint(), _peer.key());
        _world.deliver();
        CPPUNIT_ASSERT(asker.takeNeighbors().front().key == _peer.key());
    }

    void tellsOfPeersFoundAndLost()
    {
        std::vector<NodeEvent> events;
        const auto subscription =
            _node.engine().events().subscribe([&](const NodeEvent& event) { events.push_back(event); });
        _peer.answerPings(true);
        enroll();
        _world.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _node.engine().nodes().size());
        CPPUNIT_ASSERT(_node.engine().nodes()[0].key == _peer.key());
        _node.dismiss(_peer.key());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, events.size());
        CPPUNIT_ASSERT(events[0].kind == NodeEvent::Kind::found && events[1].kind == NodeEvent::Kind::lost);
        CPPUNIT_ASSERT(events[1].node.key == _peer.key());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _node.engine().nodeCount());
    }

    void knowsNothingOfUnregisteredPeers()
    {
        CPPUNIT_ASSERT(!_node.engine().liveness(node::PeerId(_peer.key())));
        const auto named = node::PeerId::fromBytes(node::PeerScheme::addr, asBytes("somebody"));
        CPPUNIT_ASSERT(!_node.engine().liveness(*named));
    }

    void keepsNodeThatMissesOnePing()
    {
        _peer.bond(_node.endpoint());
        advanceUntilPinged();
        _world.advance(std::chrono::seconds(1)); // that ping is lost
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _node.engine().table().size());
        _peer.answerPings(true);
        _world.advance(std::chrono::minutes(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _node.engine().table().size());
        CPPUNIT_ASSERT_EQUAL(0U, _node.engine().table().find(_peer.id())->failures);
    }

    void dropsNodeThatStaysSilent()
    {
        _peer.bond(_node.endpoint());
        _world.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _node.engine().table().size());
    }

    void takesNodeBackWhenItSpeaksAgain()
    {
        _peer.bond(_node.endpoint());
        _world.advance(std::chrono::minutes(2));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _node.engine().table().size());
        // Its proof lives much longer, and must not keep it out.
        _peer.answerPings(true);
        _peer.ping(_node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT(_node.engine().table().find(_peer.id()).has_value());
    }

    void fetchesRecordWhenItsSeqGrew()
    {
        const auto record =
            node::EnrBuilder().seq(7).endpoint(nodeAt("127.0.0.2:30303")).sign(_peer.secret()).value();
        askForRecord(7);
        const auto request = _peer.last(PacketType::enrRequest).hash;
        _peer.enrResponse(_node.endpoint(), request, record.encoded());
        _world.deliver();
        const auto known = _node.engine().table().find(_peer.id());
        CPPUNIT_ASSERT(known->record && *known->record == record);
        askForRecord(7); // known already
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::enrRequest));
        CPPUNIT_ASSERT(_node.engine().nodes()[0].enr->seq() == 7);
    }

    void refusesRecordsOfOthersAndUnaskedOnes()
    {
        const auto foreign = node::EnrBuilder().seq(7).sign(testkit::testKey(99)).value();
        askForRecord(7);
        const auto request = _peer.last(PacketType::enrRequest).hash;
        _peer.enrResponse(_node.endpoint(), node::keccak256({}), foreign.encoded());
        _peer.enrResponse(_node.endpoint(), request, foreign.encoded());
        _peer.enrResponse(_node.endpoint(), request, foreign.encoded());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(2.0, _node.dropped("unsolicited"));
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("bad_record"));
        CPPUNIT_ASSERT(!_node.engine().table().find(_peer.id())->record);
    }

    void refusesRecordsOlderThanTheKnownOne()
    {
        askForRecord(7);
        answerWithRecord(7, "127.0.0.2:30303");
        askForRecord(9);
        answerWithRecord(6, "127.0.0.2:30303");
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("bad_record"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, _node.engine().table().recordSeq(_peer.id()).value());
    }

    void refusesRecordsWithAddressesThatMayNotBeTold()
    {
        _peer.moveTo(at("8.8.8.2:30303"));
        std::uint64_t seq = 7;
        for (const char* const lie : {"127.0.0.1:30303", "10.0.0.1:30303", "224.0.0.1:30303"}) {
            askForRecord(++seq);
            answerWithRecord(seq, lie);
            CPPUNIT_ASSERT_MESSAGE(lie, !_node.engine().table().find(_peer.id())->record);
        }
        CPPUNIT_ASSERT_EQUAL(3.0, _node.dropped("bad_record"));
        askForRecord(++seq);
        answerWithRecord(seq, "8.8.8.2:30303");
        CPPUNIT_ASSERT_EQUAL(seq, _node.engine().table().recordSeq(_peer.id()).value());
    }

    void callsNoPeerLiveForAnswersElsewhere()
    {
        enroll();
        for (const char* const elsewhere : {"127.0.0.2:4000", "127.0.0.3:30303"}) {
            _peer.moveTo(at(elsewhere));
            _peer.bond(_node.endpoint());
            CPPUNIT_ASSERT_MESSAGE(elsewhere, state() == Liveness::pending);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _node.engine().proofs().size());
    }

    void checksNodeAgainSoonAfterAFailure()
    {
        _node.engine().setLookupInterval({});
        _node.engine().setBootnodes({{_peer.key(), nodeAt("127.0.0.2:30303")}});
        _peer.answerPings(true); // it pings nobody, so each lookup pings it
        _world.advance(std::chrono::hours(1));
        const auto credit = _node.engine().table().find(_peer.id())->credit;
        CPPUNIT_ASSERT(credit >= 9);
        _peer.heard().clear();
        for (int i = 0; i < 6'000 && _peer.heard().empty(); ++i) // just checked
            _world.advance(engine::tickInterval);
        _peer.answerPings(false);
        _world.advance(std::chrono::seconds(2));
        _node.engine().lookup(_node.key(), [](const auto&) {});
        _world.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT_EQUAL(1U, _node.engine().table().find(_peer.id())->failures);
        _peer.heard().clear();
        _world.advance(std::chrono::seconds(5)); // far less than its credit is worth
        CPPUNIT_ASSERT(_peer.count(PacketType::ping) > 0);
    }

    void leavesNodeThatAnsweredAloneForAMinute()
    {
        Node quiet(_world, 3, at("127.0.0.4:30303"), withoutLookups());
        _peer.answerPings(true);
        _peer.bond(quiet.endpoint());
        _world.advance(std::chrono::seconds(59));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::ping));
        _world.advance(std::chrono::seconds(5));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::ping));
    }

    void checksStableNodesEveryFiveMinutes()
    {
        Node quiet(_world, 3, at("127.0.0.4:30303"), withoutLookups());
        _peer.answerPings(true);
        _peer.bond(quiet.endpoint());
        _world.advance(std::chrono::hours(2));
        const auto before = _peer.count(PacketType::ping);
        _world.advance(std::chrono::hours(1));
        const auto checks = _peer.count(PacketType::ping) - before;
        CPPUNIT_ASSERT(checks >= 11 && checks <= 12); // pauses of 5 min, then of up to 3 s
    }

private:
    /// The peer answers no FINDNODE, and would be pinged again for that.
    static engine::Parameters withoutLookups()
    {
        engine::Parameters parameters;
        parameters.lookupInterval = std::chrono::hours(24);
        return parameters;
    }

    void answerWithRecord(std::uint64_t seq, const char* where)
    {
        const auto record = node::EnrBuilder().seq(seq).endpoint(nodeAt(where)).sign(_peer.secret()).value();
        _peer.enrResponse(_node.endpoint(), _peer.last(PacketType::enrRequest).hash, record.encoded());
        _world.deliver();
    }

    void enroll() { _node.enroll(_peer.key(), nodeAt("127.0.0.2:30303")); }

    Liveness state() { return _node.engine().liveness(node::PeerId(_peer.key()))->state; }

    void advanceUntilPinged()
    {
        for (int i = 0; i < 1'200 && _peer.count(PacketType::ping) == 0; ++i)
            _world.advance(engine::tickInterval);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::ping));
    }

    /// Bonds and says that there is a record with this seq.
    void askForRecord(std::uint64_t seq)
    {
        _peer.bond(_node.endpoint());
        _world.clock().advance(std::chrono::seconds(1));
        pingWithSeq(seq);
    }

    void pingWithSeq(std::uint64_t seq)
    {
        const auto& endpoint = _peer.endpoint();
        const node::NodeEndpoint where{endpoint.ip, endpoint.port, endpoint.port};
        _peer.ping(_node.endpoint(), {where, where, _world.soon(), seq});
        _world.deliver();
    }

    World _world;
    Node _node{_world, 1, at("127.0.0.1:30303")};
    Speaker _peer{_world, 2, at("127.0.0.2:30303")};
};

CPPUNIT_TEST_SUITE_REGISTRATION(LivenessTest);

} // namespace waymark::discv4::testing
