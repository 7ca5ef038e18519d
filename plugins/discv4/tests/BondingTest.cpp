#include "World.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <set>

namespace waymark::discv4::testing
{

using wire::PacketType;

/// Endpoint proofs: who gets an answer to what, and who gets silence.
class BondingTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BondingTest);
    CPPUNIT_TEST(repliesToPingAtEnvelopeAddress);
    CPPUNIT_TEST(pingsStrangerBackBeforePong);
    CPPUNIT_TEST(answersBytesLikeAreNeverSentTwice);
    CPPUNIT_TEST(doesNotPingProvenNodeBack);
    CPPUNIT_TEST(staysSilentOnFindNodeWithoutProof);
    CPPUNIT_TEST(staysSilentBesideAProvenNodeOfTheSameAddress);
    CPPUNIT_TEST(staysSilentOnEnrRequestWithoutProof);
    CPPUNIT_TEST(answersOnceThePongMatched);
    CPPUNIT_TEST(ignoresPongWithWrongHash);
    CPPUNIT_TEST(ignoresPongWithTheHashOfAnothersPing);
    CPPUNIT_TEST(ignoresPongOfZeroHash);
    CPPUNIT_TEST(ignoresPongFromAnotherAddress);
    CPPUNIT_TEST(ignoresPongOfAnotherNode);
    CPPUNIT_TEST(ignoresPongThatComesTooLate);
    CPPUNIT_TEST(staysSilentForSecondAddressOfProvenNode);
    CPPUNIT_TEST(causesOnePingAndOnePongPerPingAtMost);
    CPPUNIT_TEST(limitsAnswersToUnprovenPrefix);
    CPPUNIT_TEST(limitsNoProvenNodeOfFloodedPrefix);
    CPPUNIT_TEST(strangersOfItsPrefixSilenceNoRegisteredPeer);
    CPPUNIT_TEST(renewsAgingProofWhenNodeSpeaks);
    CPPUNIT_TEST(asksAgainWhenProofRanOut);
    CPPUNIT_TEST(dropsExpiredAndUnknownPackets);
    CPPUNIT_TEST(dropsItsOwnPackets);
    CPPUNIT_TEST(bondsWithItsLikeBothWays);
    CPPUNIT_TEST_SUITE_END();

public:
    void repliesToPingAtEnvelopeAddress()
    {
        wire::Ping lying{nodeAt("203.0.113.9:1234"), nodeAt("203.0.113.8:4321"), _world.soon(), {}};
        const auto hash = _peer.ping(_node.endpoint(), lying);
        _world.deliver();
        const auto& pong = std::get<wire::Pong>(_peer.last(PacketType::pong).message);
        CPPUNIT_ASSERT(pong.pingHash == hash);
        CPPUNIT_ASSERT(pong.to.udpEndpoint() == _peer.endpoint());
        CPPUNIT_ASSERT_EQUAL(std::uint16_t{0}, pong.to.tcp);
        CPPUNIT_ASSERT_EQUAL(_node.local().record()->seq(), pong.enrSeq.value());
    }

    void pingsStrangerBackBeforePong()
    {
        _peer.ping(_node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _peer.heard().size());
        CPPUNIT_ASSERT(_peer.heard()[0].type == PacketType::ping);
        CPPUNIT_ASSERT(_peer.heard()[1].type == PacketType::pong);
        const auto& ping = std::get<wire::Ping>(_peer.heard()[0].message);
        CPPUNIT_ASSERT(ping.from.udpEndpoint() == _node.endpoint());
        CPPUNIT_ASSERT_EQUAL(_node.local().record()->seq(), ping.enrSeq.value());
    }

    void answersBytesLikeAreNeverSentTwice()
    {
        _peer.bond(_node.endpoint());
        std::set<Bytes> seen;
        std::size_t packets = 0;
        for (int i = 0; i < 20; ++i) {
            _peer.ping(_node.endpoint()); // the same bytes each time: the clock stands still
            // Other questions with the same empty answer.
            _peer.findNode(_node.endpoint(),
                           testkit::testKey(700 + static_cast<std::uint64_t>(i)).publicKey());
            _peer.enrRequest(_node.endpoint());
            _world.deliver();
            for (const auto& heard : _peer.heard()) {
                seen.insert(heard.bytes);
                ++packets;
            }
            _peer.heard().clear();
        }
        CPPUNIT_ASSERT_EQUAL(packets, seen.size());
        CPPUNIT_ASSERT_EQUAL(20.0, _node.sent("neighbors"));
        CPPUNIT_ASSERT_EQUAL(1.0, _node.sent("enrresponse"));
        CPPUNIT_ASSERT_EQUAL(19.0, _node.dropped("repeated"));
    }

    void doesNotPingProvenNodeBack()
    {
        _peer.bond(_node.endpoint());
        _world.advance(std::chrono::seconds(2));
        _peer.heard().clear();
        _peer.ping(_node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::ping));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::pong));
    }

    void staysSilentOnFindNodeWithoutProof()
    {
        _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        _peer.ping(_node.endpoint()); // its PONG alone proves nothing about the sender
        _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::neighbors));
        CPPUNIT_ASSERT_EQUAL(2.0, _node.dropped("unproven"));
    }

    void staysSilentBesideAProvenNodeOfTheSameAddress()
    {
        Speaker proven(_world, 3, {_peer.endpoint().ip, 4'000});
        proven.bond(_node.endpoint());
        _peer.findNode(_node.endpoint(), _node.key());
        _peer.enrRequest(_node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::neighbors));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::enrResponse));
        CPPUNIT_ASSERT_EQUAL(2.0, _node.dropped("unproven"));
    }

    void staysSilentOnEnrRequestWithoutProof()
    {
        _peer.enrRequest(_node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT(_peer.heard().empty());
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("unproven"));
    }

    void answersOnceThePongMatched()
    {
        _peer.bond(_node.endpoint());
        _peer.findNode(_node.endpoint(), _node.key());
        const auto request = _peer.enrRequest(_node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::neighbors));
        const auto& response = std::get<wire::EnrResponse>(_peer.last(PacketType::enrResponse).message);
        CPPUNIT_ASSERT(response.requestHash == request);
        CPPUNIT_ASSERT(node::Enr::decode(response.record).value() == *_node.local().record());
    }

    void ignoresPongWithWrongHash() { assertUnsolicited(node::keccak256({})); }

    void ignoresPongWithTheHashOfAnothersPing()
    {
        Speaker other(_world, 3, at("127.0.0.3:30303"));
        _peer.ping(_node.endpoint());
        other.ping(_node.endpoint());
        _world.deliver();
        _peer.pong(_node.endpoint(), other.last(PacketType::ping).hash);
        assertUnproven();
    }

    void ignoresPongOfZeroHash() { assertUnsolicited({}); }

    void ignoresPongFromAnotherAddress()
    {
        _peer.ping(_node.endpoint());
        _world.deliver();
        _peer.moveTo(at("127.0.0.3:30303"));
        _peer.pong(_node.endpoint(), _peer.last(PacketType::ping).hash);
        assertUnproven();
    }

    void ignoresPongOfAnotherNode()
    {
        _peer.ping(_node.endpoint());
        _world.deliver();
        Speaker other(_world, 3, _peer.endpoint());
        other.pong(_node.endpoint(), _peer.last(PacketType::ping).hash);
        assertUnproven();
    }

    void ignoresPongThatComesTooLate()
    {
        _peer.ping(_node.endpoint());
        _world.deliver();
        _world.advance(std::chrono::milliseconds(500));
        _peer.pong(_node.endpoint(), _peer.last(PacketType::ping).hash);
        assertUnproven();
    }

    void staysSilentForSecondAddressOfProvenNode()
    {
        _peer.bond(_node.endpoint());
        _peer.moveTo(at("127.0.0.3:30303"));
        _peer.findNode(_node.endpoint(), _node.key());
        _peer.enrRequest(_node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT(_peer.heard().empty());
    }

    void causesOnePingAndOnePongPerPingAtMost()
    {
        for (std::size_t i = 1; i <= 10; ++i) {
            _peer.ping(_node.endpoint());
            _peer.findNode(_node.endpoint(), _node.key());
            _peer.enrRequest(_node.endpoint());
            _peer.pong(_node.endpoint(), {});
            _peer.neighbors(_node.endpoint(), {_node.contact()});
            _world.deliver();
            CPPUNIT_ASSERT_EQUAL(i, _peer.count(PacketType::pong));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::ping)); // one is under way already
        CPPUNIT_ASSERT_EQUAL(std::size_t{11}, _peer.heard().size());
    }

    void limitsAnswersToUnprovenPrefix()
    {
        engine::Parameters parameters;
        parameters.answersPerPrefix = {1, 5};
        Node node(_world, 10, at("127.0.0.10:30303"), parameters);
        std::size_t answers = 0;
        for (std::uint64_t i = 0; i < 20; ++i) {
            Speaker stranger(_world, 100 + i, {node::IpAddress::v4(127, 0, 1, static_cast<Byte>(i)), 30303});
            stranger.ping(node.endpoint());
            _world.deliver();
            answers += stranger.heard().size();
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{2 * 5}, answers);
        CPPUNIT_ASSERT_EQUAL(15.0, node.dropped("budget_used"));
    }

    void limitsNoProvenNodeOfFloodedPrefix()
    {
        engine::Parameters parameters;
        parameters.answersPerPrefix = {1, 5};
        io::IngressRates rates{{1, 5}, {1, 5}};
        Node node(_world, 10, at("127.0.0.10:30303"), parameters, rates);
        _peer.bond(node.endpoint());
        Speaker flood(_world, 11, _peer.endpoint()); // forges the proven node's very endpoint
        for (int i = 0; i < 50; ++i)
            flood.ping(node.endpoint());
        flood.moveTo(at("127.0.0.2:4000")); // and its address
        for (int i = 0; i < 50; ++i)
            flood.ping(node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT(node.dropped("rate_limited") > 0 && node.dropped("budget_used") > 0);

        _peer.moveTo(at("127.0.0.2:30303"));
        _peer.ping(node.endpoint());
        _peer.findNode(node.endpoint(), node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::pong));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::neighbors));
    }

    void strangersOfItsPrefixSilenceNoRegisteredPeer()
    {
        engine::Parameters parameters;
        parameters.maximumProofsPerPrefix = 4;
        Node node(_world, 10, at("8.8.4.4:30303"), parameters);
        for (std::uint64_t i = 0; i < 5; ++i) {
            Speaker stranger(_world, 100 + i, {node::IpAddress::v4(8, 8, 8, static_cast<Byte>(i)), 30303});
            stranger.bond(node.endpoint());
        }
        CPPUNIT_ASSERT_EQUAL(1.0, node.dropped("proofs_full"));
        Speaker peer(_world, 200, at("8.8.8.200:30303"));
        node.enroll(peer.key(), nodeAt("8.8.8.200:30303"));
        peer.bond(node.endpoint());
        peer.findNode(node.endpoint(), node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, peer.count(PacketType::neighbors));
    }

    void renewsAgingProofWhenNodeSpeaks()
    {
        _peer.bond(_node.endpoint());
        _world.cut(_peer.endpoint());
        _world.clock().advance(std::chrono::hours(19));
        _peer.moveTo(_peer.endpoint());
        _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::neighbors));
        _peer.pong(_node.endpoint(), _peer.last(PacketType::ping).hash);
        _world.deliver();
        _world.clock().advance(std::chrono::hours(10)); // 29 hours after the first proof
        _peer.heard().clear();
        _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::neighbors));
    }

    void asksAgainWhenProofRanOut()
    {
        _peer.bond(_node.endpoint());
        _world.clock().advance(std::chrono::hours(24));
        _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.count(PacketType::neighbors));
        _peer.pong(_node.endpoint(), _peer.last(PacketType::ping).hash);
        _peer.findNode(_node.endpoint(), _node.key());
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.count(PacketType::neighbors));
    }

    void dropsExpiredAndUnknownPackets()
    {
        const auto there = nodeAt("127.0.0.1:30303");
        const std::uint64_t now = _world.clock().unixSeconds();
        for (const std::uint64_t over : {now - 1, std::uint64_t{1} << 63, 0 - now - 20})
            _peer.ping(_node.endpoint(), {there, there, over, {}});
        _peer.raw(_node.endpoint(), Bytes(200, 7));
        _peer.raw(_node.endpoint(), Bytes(20, 7));
        _peer.raw(_node.endpoint(), Bytes(1'300, 7));
        _world.deliver();
        CPPUNIT_ASSERT(_peer.heard().empty());
        CPPUNIT_ASSERT_EQUAL(3.0, _node.dropped("expired"));
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("bad_hash"));
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("too_short"));
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("too_long"));
    }

    void dropsItsOwnPackets()
    {
        Speaker echo(_world, 1, at("127.0.0.9:30303"));
        echo.ping(_node.endpoint());
        _world.deliver();
        CPPUNIT_ASSERT(echo.heard().empty());
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("own_key"));
    }

    void bondsWithItsLikeBothWays()
    {
        Node other(_world, 5, at("127.0.0.5:30303"));
        other.engine().setBootnodes({_node.contact()});
        _world.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT(other.engine().table().find(_node.id()).has_value());
        CPPUNIT_ASSERT(_node.engine().table().find(other.id()).has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _node.engine().nodeCount());
    }

private:
    void assertUnsolicited(const node::Hash256& hash)
    {
        _peer.ping(_node.endpoint());
        _world.deliver();
        _peer.pong(_node.endpoint(), hash);
        assertUnproven();
    }

    void assertUnproven()
    {
        _world.deliver();
        CPPUNIT_ASSERT_EQUAL(1.0, _node.dropped("unsolicited"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _node.engine().proofs().size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _node.engine().table().size());
    }

    World _world;
    Node _node{_world, 1, at("127.0.0.1:30303")};
    Speaker _peer{_world, 2, at("127.0.0.2:30303")};
};

CPPUNIT_TEST_SUITE_REGISTRATION(BondingTest);

} // namespace waymark::discv4::testing
