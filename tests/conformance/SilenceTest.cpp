#include "Peer.h"

#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <array>

namespace waymark::conformance
{

using namespace discv4::wire;

/// What gets no answer: else a bootnode's answers, which are longer than its questions, could be sent to
/// anybody.
class SilenceTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SilenceTest);
    CPPUNIT_TEST(findnodeWithoutEndpointProof);
    CPPUNIT_TEST(enrRequestWithoutEndpointProof);
    CPPUNIT_TEST(findnodePastExpiration);
    CPPUNIT_TEST(findnodeAmplificationInvalidPongHash);
    CPPUNIT_TEST(findnodeAmplificationWrongIp);
    CPPUNIT_TEST(findnodeWithPongOfAnotherNode);
    CPPUNIT_TEST(unsolicitedNeighbors);
    CPPUNIT_TEST(unsolicitedEnrResponse);
    CPPUNIT_TEST_SUITE_END();

    DiscoveryBootnode _bootnode;
    Peer _peer{_bootnode, 2};

    FindNode question(const node::PublicKey& target) const { return {target, soon()}; }

    void requireSilence(Peer& peer) { CPPUNIT_ASSERT_EQUAL(std::size_t{0}, peer.heard().size()); }

public:
    void setUp() override
    {
        // There is something to tell.
        _bootnode.enroll(testkit::testKey(9).publicKey(), {firstAddress, 40404, 40404});
    }

    void findnodeWithoutEndpointProof()
    {
        _peer.send(question(_peer.key()));
        requireSilence(_peer);
    }

    void enrRequestWithoutEndpointProof()
    {
        _peer.send(EnrRequest{soon()});
        requireSilence(_peer);
    }

    void findnodePastExpiration()
    {
        _peer.bond();
        _peer.send(FindNode{_peer.key(), soon() - 30});
        _peer.send(FindNode{_peer.key(), std::uint64_t{1} << 63U});
        _peer.send(EnrRequest{soon() - 30});
        requireSilence(_peer);
    }

    void findnodeAmplificationInvalidPongHash()
    {
        _peer.send(_peer.goodPing());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _peer.heard().size());
        _peer.send(Pong{{}, node::Hash256{}, soon(), {}});
        _peer.send(question(_peer.key()));
        _peer.send(EnrRequest{soon()});
        requireSilence(_peer);
    }

    void findnodeAmplificationWrongIp()
    {
        _peer.bond();
        Peer elsewhere(_bootnode, 2, secondAddress);
        elsewhere.send(question(_peer.key()));
        elsewhere.send(EnrRequest{soon()});
        requireSilence(elsewhere);
        requireSilence(_peer);
        // At its own address it is answered all the same.
        _peer.send(question(_peer.key()));
        CPPUNIT_ASSERT(count(_peer.heard(), PacketType::neighbors) > 0);
    }

    void findnodeWithPongOfAnotherNode()
    {
        _peer.send(_peer.goodPing());
        const auto pingBack = only(_peer.heard(), PacketType::ping).hash;
        Peer other(_bootnode, 3);
        other.send(Pong{{}, pingBack, soon(), {}});
        other.send(question(_peer.key()));
        requireSilence(other);
        _peer.send(question(_peer.key()));
        requireSilence(_peer);
    }

    void unsolicitedNeighbors()
    {
        _peer.bond();
        const auto madeUp = testkit::testKey(77).publicKey();
        Peer victim(_bootnode, 3, secondAddress);
        const std::array told{Neighbor{madeUp, {secondAddress, victim.endpoint().port, 0}}};
        _peer.sendNeighbors(told);
        requireSilence(_peer);
        requireSilence(victim);
        _peer.send(question(madeUp));
        const auto answers = _peer.heard();
        CPPUNIT_ASSERT(count(answers, PacketType::neighbors) > 0);
        for (const auto& heard : answers)
            if (const auto* const answer = std::get_if<Neighbors>(&heard.message))
                for (const Neighbor& node : answer->nodes())
                    CPPUNIT_ASSERT(node.key != madeUp);
    }

    void unsolicitedEnrResponse()
    {
        _peer.bond();
        const auto unsolicited = [&] {
            return _bootnode.metric("waymark_discv4_packets_dropped_total", {{"reason", "unsolicited"}});
        };
        const double before = unsolicited(); // PONGs that were too late
        const auto record = node::EnrBuilder().seq(99).sign(testkit::testKey(2)).value();
        _peer.send(EnrResponse{node::Hash256{}, record.encoded()});
        requireSilence(_peer);
        CPPUNIT_ASSERT_EQUAL(before + 1, unsolicited());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SilenceTest);

} // namespace waymark::conformance
