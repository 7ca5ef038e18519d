#include "World.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>
#include <vector>

namespace waymark::discv4::engine
{

using discovery::Liveness;
using testing::at;
using testing::nodeAt;
using Change = RegisteredPeers::Change;

/// What is known of registered peers, without a network.
class RegisteredPeersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegisteredPeersTest);
    CPPUNIT_TEST(peerIsAsAliveAsItsLiveliestEndpoint);
    CPPUNIT_TEST(endpointThatIsTakenAwayIsForgotten);
    CPPUNIT_TEST(newEndpointForgetsAnswersAtTheOldOne);
    CPPUNIT_TEST(peerIsJudgedWhereItIsRegisteredWhileItAnswersThere);
    CPPUNIT_TEST(peerThatMovedIsJudgedWhereItIs);
    CPPUNIT_TEST(seenEndpointIsExpectedUntilItFallsSilent);
    CPPUNIT_TEST(registeredEndpointIsAskedAgainWhenThePeerIsSeenElsewhere);
    CPPUNIT_TEST(otherFamilyIsToldWhenNoRegisteredEndpointIsLeft);
    CPPUNIT_TEST(recordSeqOnlyGrows);
    CPPUNIT_TEST_SUITE_END();

public:
    void peerIsAsAliveAsItsLiveliestEndpoint()
    {
        put({{nodeAt("8.8.8.8:1"), true}, {nodeAt("[2600::8]:1"), true}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, due());
        failAll("8.8.8.8:1");
        CPPUNIT_ASSERT(state() == Liveness::pending);
        CPPUNIT_ASSERT(pong("[2600::8]:1") == Change::found);
        CPPUNIT_ASSERT(state() == Liveness::live);
        CPPUNIT_ASSERT(pong("8.8.8.8:1") == Change::none);
        CPPUNIT_ASSERT(failAll("[2600::8]:1") == Change::none);
        CPPUNIT_ASSERT(state() == Liveness::live);
        CPPUNIT_ASSERT(failAll("8.8.8.8:1") == Change::lost);
        CPPUNIT_ASSERT(state() == Liveness::unresponsive);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peers.count(Liveness::unresponsive));
        CPPUNIT_ASSERT(_peers.standing(_id, at("8.8.8.8:1")).isAtAddress);
        CPPUNIT_ASSERT(_peers.standing(_id, at("[2600::8]:1")).isAtAddress);
    }

    void endpointThatIsTakenAwayIsForgotten()
    {
        put({{nodeAt("8.8.8.8:1"), true}, {nodeAt("[2600::8]:1"), false}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, due()); // the one in reach
        CPPUNIT_ASSERT(_peers.knows(at("8.8.8.8:1")) && _peers.knows(at("[2600::8]:1")));
        CPPUNIT_ASSERT(pong("8.8.8.8:1") == Change::found);
        put({{nodeAt("[2600::8]:1"), false}});
        CPPUNIT_ASSERT(!_peers.knows(at("8.8.8.8:1")) && _peers.knows(at("[2600::8]:1")));
        CPPUNIT_ASSERT(state() == Liveness::pending);
        CPPUNIT_ASSERT(!_peers.liveness(_id)->lastPong);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peers.count(Liveness::pending));
        CPPUNIT_ASSERT(_peers.remove(_id).has_value());
        CPPUNIT_ASSERT(!_peers.knows(at("[2600::8]:1")));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peers.size());
    }

    void newEndpointForgetsAnswersAtTheOldOne()
    {
        put({{nodeAt("8.8.8.8:1"), true}});
        pong("8.8.8.8:1");
        CPPUNIT_ASSERT(_peers.liveness(_id)->lastPong && _peers.liveness(_id)->roundTrip);
        put({{nodeAt("8.8.8.8:2"), true}});
        CPPUNIT_ASSERT(state() == Liveness::pending);
        CPPUNIT_ASSERT(!_peers.liveness(_id)->lastPong && !_peers.liveness(_id)->roundTrip);
    }

    void peerIsJudgedWhereItIsRegisteredWhileItAnswersThere()
    {
        put({{nodeAt("8.8.8.8:30303"), true}});
        for (const char* const other : {"8.8.8.8:4000", "8.8.4.4:30303"})
            CPPUNIT_ASSERT(pong(other) == Change::none);
        CPPUNIT_ASSERT(state() == Liveness::pending);
        CPPUNIT_ASSERT(pong("8.8.8.8:30303") == Change::found);
        CPPUNIT_ASSERT(failAll("8.8.4.4:30303") == Change::none);
        CPPUNIT_ASSERT(failAll("8.8.7.7:30303") == Change::none);
        CPPUNIT_ASSERT(state() == Liveness::live);
        CPPUNIT_ASSERT(fail("8.8.8.8:30303") == Change::none);
        CPPUNIT_ASSERT(fail("8.8.8.8:30303") == Change::none);
        CPPUNIT_ASSERT(fail("8.8.8.8:30303") == Change::lost);
    }

    void peerThatMovedIsJudgedWhereItIs()
    {
        put({{nodeAt("8.8.8.8:30303"), true}});
        pong("8.8.8.8:30303");
        pong("8.8.4.4:30303");
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peers.toldOtherwise().size());
        CPPUNIT_ASSERT(failAll("8.8.8.8:30303") == Change::none); // live all the time
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peers.toldOtherwise().size());
        CPPUNIT_ASSERT(pong("8.8.8.8:30303") == Change::none);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peers.toldOtherwise().size());
        failAll("8.8.8.8:30303");
        CPPUNIT_ASSERT(failAll("8.8.4.4:30303") == Change::lost);
        CPPUNIT_ASSERT(state() == Liveness::unresponsive);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peers.toldOtherwise().size());
        CPPUNIT_ASSERT(pong("8.8.4.4:30303") == Change::found);
        put({{nodeAt("8.8.4.4:30303"), true}}); // now registered there
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peers.toldOtherwise().size());
        CPPUNIT_ASSERT(state() == Liveness::pending);
    }

    void seenEndpointIsExpectedUntilItFallsSilent()
    {
        put({{nodeAt("8.8.8.8:30303"), true}});
        pong("8.8.4.4:30303");
        CPPUNIT_ASSERT(_peers.knows(at("8.8.4.4:30303")));
        CPPUNIT_ASSERT(_peers.standing(_id, at("8.8.4.4:1")).isAtAddress);
        CPPUNIT_ASSERT(!_peers.standing(_id, at("8.8.4.4:1")).isAtEndpoint);
        pong("8.8.5.5:30303");
        CPPUNIT_ASSERT(!_peers.knows(at("8.8.4.4:30303")) && _peers.knows(at("8.8.5.5:30303")));
        failAll("8.8.5.5:30303");
        CPPUNIT_ASSERT(!_peers.knows(at("8.8.5.5:30303")));
        pong("8.8.6.6:30303");
        _peers.remove(_id);
        CPPUNIT_ASSERT(!_peers.knows(at("8.8.6.6:30303")));
    }

    void registeredEndpointIsAskedAgainWhenThePeerIsSeenElsewhere()
    {
        put({{nodeAt("8.8.8.8:30303"), true}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, due());
        pong("8.8.8.8:30303");
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, due());
        pong("8.8.4.4:30303");
        const auto asked = _peers.due(_clock.now(), 10);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, asked.size());
        CPPUNIT_ASSERT(asked.front().endpoint == nodeAt("8.8.8.8:30303"));
        pong("8.8.4.4:30303"); // known already
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, due());
        _clock.advance(std::chrono::minutes(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, due());
    }

    void otherFamilyIsToldWhenNoRegisteredEndpointIsLeft()
    {
        put({{nodeAt("8.8.8.8:30303"), true}});
        pong("[2600::8]:1");
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peers.toldOtherwise().size());
        failAll("8.8.8.8:30303");
        registry::ClosestPeer told;
        const auto v6 = registry::ReachSet::of(node::IpFamily::v6, node::IpScope::global);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peers.toldOtherwise().closest({_id, v6}, {&told, 1}).count);
        CPPUNIT_ASSERT(told.key == _key && told.endpoint.udpEndpoint() == at("[2600::8]:1"));
    }

    void recordSeqOnlyGrows()
    {
        CPPUNIT_ASSERT(!_peers.recordSeq(_id));
        put({{nodeAt("8.8.8.8:30303"), true}}, 5);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, _peers.recordSeq(_id).value());
        _peers.setRecordSeq(_id, 7);
        put({{nodeAt("8.8.8.8:30303"), true}}, 6);
        _peers.setRecordSeq(_id, 4);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, _peers.recordSeq(_id).value());
    }

private:
    void put(const std::vector<RegisteredPeers::Place>& places, std::uint64_t seq = 0)
    {
        _peers.put({_key, _id, places, seq}, _clock.now());
    }

    Change pong(const char* where)
    {
        return _peers.pong({_key, _id, at(where), {}, std::chrono::milliseconds(1), {}}, _clock.now());
    }

    Change fail(const char* where) { return _peers.failed(_id, at(where), _clock.now()); }

    Change failAll(const char* where)
    {
        Change last = Change::none;
        for (unsigned i = 0; i < RegisteredPeers::failuresAllowed; ++i)
            last = fail(where);
        return last;
    }

    std::size_t due() { return _peers.due(_clock.now(), 10).size(); }

    Liveness state() const { return _peers.liveness(_id)->state; }

    testkit::ManualClock _clock;
    RegisteredPeers _peers{{}, 1};
    node::PublicKey _key = testkit::testKey(7).publicKey();
    node::Hash256 _id = _key.nodeId();
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegisteredPeersTest);

} // namespace waymark::discv4::engine
