#include "LinkedBootnode.h"
#include "UdpClient.h"

#include <waymark/node/Enr.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

namespace waymark::discv4::testing
{

namespace
{

using wire::PacketType;

const node::IpAddress loopback = node::IpAddress::v4(127, 0, 0, 1);
const node::IpAddress otherLoopback = node::IpAddress::v4(127, 0, 0, 2);

} // namespace

/// The plugin in a real host on real sockets.
class HostedTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HostedTest);
    CPPUNIT_TEST(answersPingFindNodeAndEnrRequest);
    CPPUNIT_TEST(staysSilentForUnprovenSecondAddress);
    CPPUNIT_TEST(workersShareTheirState);
    CPPUNIT_TEST(answersFromTheAddressThatWasAsked);
    CPPUNIT_TEST(twoBootnodesInOneProcessBond);
    CPPUNIT_TEST(findsItsNodesAgainAfterARestart);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersPingFindNodeAndEnrRequest()
    {
        LinkedBootnode bootnode;
        UdpClient client(2, loopback);
        CPPUNIT_ASSERT(client.bond(bootnode.udp()));
        const auto peer = testkit::testKey(9).publicKey();
        bootnode.enroll(peer, {loopback, 40404, 40405});
        CPPUNIT_ASSERT(client.findsBehind(bootnode.udp(), peer));
        const auto request = client.enrRequest(bootnode.udp());
        const auto answer = client.receive(PacketType::enrResponse);
        CPPUNIT_ASSERT(answer.has_value() && answer->sender == bootnode.key());
        const auto& response = std::get<wire::EnrResponse>(answer->message);
        CPPUNIT_ASSERT(response.requestHash == request);
        CPPUNIT_ASSERT(node::Enr::decode(response.record).value() == *bootnode.local().record());
        CPPUNIT_ASSERT_EQUAL(
            1.0, bootnode.metric("waymark_discv4_packets_received_total", {{"type", "enrrequest"}}));
    }

    void staysSilentForUnprovenSecondAddress()
    {
        LinkedBootnode bootnode;
        UdpClient client(2, loopback);
        CPPUNIT_ASSERT(client.bond(bootnode.udp()));
        CPPUNIT_ASSERT(client.findsBehind(bootnode.udp(), enrollOne(bootnode)));
        UdpClient elsewhere(2, otherLoopback);
        elsewhere.findNode(bootnode.udp(), bootnode.key());
        elsewhere.ping(bootnode.udp()); // handled later, by the same worker
        const auto first = elsewhere.receive(PacketType::pong);
        CPPUNIT_ASSERT(first.has_value());
        CPPUNIT_ASSERT_EQUAL(
            1.0, bootnode.metric("waymark_discv4_packets_dropped_total", {{"reason", "unproven"}}));
    }

    void workersShareTheirState()
    {
        LinkedBootnode bootnode(testkit::Properties{{"discv4.workers", "4"}});
        const auto peer = enrollOne(bootnode);
        // One node on several ports: its packets reach several workers, and one proof holds for all.
        UdpClient first(2, loopback);
        CPPUNIT_ASSERT(first.bond(bootnode.udp()));
        CPPUNIT_ASSERT(first.findsBehind(bootnode.udp(), peer));
        for (int i = 0; i < 16; ++i) {
            UdpClient again(2, loopback);
            again.findNode(bootnode.udp(), peer);
            CPPUNIT_ASSERT(again.receive(PacketType::neighbors).has_value());
        }
    }

    void answersFromTheAddressThatWasAsked()
    {
        LinkedBootnode bootnode(testkit::Properties{{"discv4.listen", "0.0.0.0:0"}});
        const node::Endpoint asked{otherLoopback, bootnode.udp().port};
        UdpClient client(2, loopback);
        client.ping(asked);
        const auto pong = client.receive(PacketType::pong);
        CPPUNIT_ASSERT(pong.has_value());
        CPPUNIT_ASSERT(pong->from == asked);
    }

    void twoBootnodesInOneProcessBond()
    {
        LinkedBootnode one;
        LinkedBootnode two(testkit::Properties{{"discv4.bootnodes", one.enode()}});
        UdpClient client(2, loopback);
        CPPUNIT_ASSERT(client.bond(one.udp()));
        CPPUNIT_ASSERT(client.findsBehind(one.udp(), two.key()));
        CPPUNIT_ASSERT(client.bond(two.udp()));
        CPPUNIT_ASSERT(client.findsBehind(two.udp(), one.key()));
    }

    void findsItsNodesAgainAfterARestart()
    {
        LinkedBootnode one;
        LinkedBootnode two(testkit::Properties{{"discv4.bootnodes", one.enode()}});
        UdpClient before(2, loopback);
        CPPUNIT_ASSERT(before.bond(two.udp()));
        CPPUNIT_ASSERT(before.findsBehind(two.udp(), one.key()));
        two.set({{"discv4.bootnodes", ""}});
        two.respawn();
        UdpClient client(3, loopback);
        CPPUNIT_ASSERT(client.bond(two.udp()));
        CPPUNIT_ASSERT(client.findsBehind(two.udp(), one.key()));
    }

private:
    static node::PublicKey enrollOne(LinkedBootnode& bootnode)
    {
        const auto peer = testkit::testKey(9).publicKey();
        bootnode.enroll(peer, {loopback, 40404, 40405});
        return peer;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HostedTest);

} // namespace waymark::discv4::testing
