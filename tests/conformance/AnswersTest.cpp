#include "Peer.h"

#include <waymark/node/Enr.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <set>

namespace waymark::conformance
{

using namespace discv4::wire;

/// What a node that proved its endpoint is answered.
class AnswersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AnswersTest);
    CPPUNIT_TEST(basicFindnode);
    CPPUNIT_TEST(findnodeOfNobody);
    CPPUNIT_TEST(findnodeOfABondedNode);
    CPPUNIT_TEST(enrRequest);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::uint64_t firstRegistered = 100;
    static constexpr std::uint64_t registered = 40;

    DiscoveryBootnode _bootnode;
    Peer _peer{_bootnode, 2};

    std::vector<Neighbor> ask(const node::PublicKey& target)
    {
        _peer.send(FindNode{target, soon()});
        std::vector<Neighbor> nodes;
        for (const auto& heard : _peer.heard()) {
            const auto& answer = std::get<Neighbors>(heard.message);
            CPPUNIT_ASSERT(heard.bytes.size() <= maximumPacket);
            CPPUNIT_ASSERT(answer.size <= Neighbors::maximumSent);
            nodes.insert(nodes.end(), answer.nodes().begin(), answer.nodes().end());
        }
        return nodes;
    }

public:
    void basicFindnode()
    {
        for (std::uint64_t i = 0; i < registered; ++i)
            _bootnode.enroll(testkit::testKey(firstRegistered + i).publicKey(),
                             {firstAddress, static_cast<std::uint16_t>(40'000 + i), 30'303});
        _peer.bond();
        constexpr std::size_t k = 16;
        for (std::uint64_t i = 0; i < registered; ++i) {
            const auto target = testkit::testKey(firstRegistered + i).publicKey();
            const auto nodes = ask(target);
            CPPUNIT_ASSERT_EQUAL(k, nodes.size());
            CPPUNIT_ASSERT(nodes.front().key == target);
            CPPUNIT_ASSERT_EQUAL(static_cast<unsigned>(40'000 + i),
                                 static_cast<unsigned>(nodes.front().endpoint.udp));
            std::set<node::PublicKey> keys;
            for (const Neighbor& node : nodes)
                CPPUNIT_ASSERT(keys.insert(node.key).second);
        }
    }

    void findnodeOfNobody()
    {
        _peer.bond();
        _peer.send(FindNode{_peer.key(), soon()});
        const auto answers = _peer.heard();
        const auto& answer = std::get<Neighbors>(only(answers, PacketType::neighbors).message);
        for (const Neighbor& node : answer.nodes())
            CPPUNIT_ASSERT(node.key != _peer.key());
    }

    void findnodeOfABondedNode()
    {
        Peer other(_bootnode, 3);
        other.bond();
        _peer.bond();
        const auto nodes = ask(other.key());
        CPPUNIT_ASSERT(!nodes.empty() && nodes.front().key == other.key());
        CPPUNIT_ASSERT(nodes.front().endpoint.udpEndpoint() == other.endpoint());
    }

    void enrRequest()
    {
        _peer.bond();
        const auto request = _peer.send(EnrRequest{soon()});
        const auto answers = _peer.heard();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, answers.size());
        const auto& response = std::get<EnrResponse>(only(answers, PacketType::enrResponse).message);
        CPPUNIT_ASSERT(response.requestHash == request);
        const auto record = node::Enr::decode(response.record).value();
        CPPUNIT_ASSERT(record.key() == _bootnode.local().key());
        CPPUNIT_ASSERT(record.endpointV4().value().udpEndpoint() == _bootnode.udp());
        // The announced seq is that of the record.
        _peer.send(_peer.goodPing());
        const auto pongs = _peer.heard();
        const auto& pong = std::get<Pong>(only(pongs, PacketType::pong).message);
        CPPUNIT_ASSERT(pong.enrSeq == record.seq());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AnswersTest);

} // namespace waymark::conformance
