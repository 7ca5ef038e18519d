#include "LinkedBootnode.h"
#include "UdpClient.h"

#include <waymark/host/HostError.h>
#include <waymark/node/Enode.h>
#include <waymark/node/Enr.h>
#include <waymark/testkit/HostNames.h>
#include <waymark/testkit/TestKeys.h>

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <optional>

namespace waymark::discv4::testing
{

namespace
{

using wire::PacketType;

const node::IpAddress loopback = node::IpAddress::v4(127, 0, 0, 1);
const node::IpAddress otherLoopback = node::IpAddress::v4(127, 0, 0, 2);
const node::IpAddress loopbackV6 = node::IpAddress::parse("::1").value();
const testkit::Properties bothFamilies{{"discv4.listen", "127.0.0.1:0, [::1]:0"},
                                       {"node.external-ip", "127.0.0.1, ::1"}};

} // namespace

/// The plugin in a real host on real sockets.
class HostedTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HostedTest);
    CPPUNIT_TEST(answersPingFindNodeAndEnrRequest);
    CPPUNIT_TEST(staysSilentForUnprovenSecondAddress);
    CPPUNIT_TEST(workersShareTheirState);
    CPPUNIT_TEST(answersFromTheAddressThatWasAsked);
    CPPUNIT_TEST(servesBothFamilies);
    CPPUNIT_TEST(tellsEachRequesterTheEndpointOfItsFamily);
    CPPUNIT_TEST(bindsBothFamiliesOrDoesNotStart);
    CPPUNIT_TEST(advertisesWhatItsNameStandsFor);
    CPPUNIT_TEST(advertisesTheAddressOfAnInterface);
    CPPUNIT_TEST(believesWhereOthersSeeIt);
    CPPUNIT_TEST(twoBootnodesInOneProcessBond);
    CPPUNIT_TEST(findsABootnodeByItsName);
    CPPUNIT_TEST(findsItsNodesAgainAfterARestart);
    CPPUNIT_TEST(remembersItsNodesThroughALifeWithoutNetwork);
    CPPUNIT_TEST(aReloadReachesBootnodesAndRates);
    CPPUNIT_TEST(reloadSaysWhichPeersAreAdvertised);
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
        const auto enrRequests = [&] {
            return bootnode.metric("waymark_discv4_packets_received_total", {{"type", "enrrequest"}});
        };
        const double before = enrRequests();
        const auto request = client.enrRequest(bootnode.udp());
        const auto answer = client.receive(PacketType::enrResponse);
        CPPUNIT_ASSERT(answer.has_value() && answer->sender == bootnode.key());
        const auto& response = std::get<wire::EnrResponse>(answer->message);
        CPPUNIT_ASSERT(response.requestHash == request);
        CPPUNIT_ASSERT(node::Enr::decode(response.record).value() == *bootnode.local().record());
        CPPUNIT_ASSERT_EQUAL(before + 1, enrRequests());
    }

    void staysSilentForUnprovenSecondAddress()
    {
        LinkedBootnode bootnode;
        UdpClient client(2, loopback);
        CPPUNIT_ASSERT(client.bond(bootnode.udp()));
        CPPUNIT_ASSERT(client.findsBehind(bootnode.udp(), enrollOne(bootnode)));
        const auto unproven = [&] {
            return bootnode.metric("waymark_discv4_packets_dropped_total", {{"reason", "unproven"}});
        };
        const double before = unproven();
        UdpClient elsewhere(2, otherLoopback);
        elsewhere.findNode(bootnode.udp(), bootnode.key());
        elsewhere.ping(bootnode.udp()); // handled later, by the same worker
        const auto first = elsewhere.receive(PacketType::pong);
        CPPUNIT_ASSERT(first.has_value());
        CPPUNIT_ASSERT_EQUAL(before + 1, unproven());
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

    void servesBothFamilies()
    {
        LinkedBootnode bootnode(bothFamilies);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, bootnode.sockets().size());
        const node::Endpoint v4 = bootnode.sockets()[0];
        const node::Endpoint v6 = bootnode.sockets()[1];
        CPPUNIT_ASSERT(v4.ip == loopback && v6.ip == loopbackV6 && v4.port != 0);
        CPPUNIT_ASSERT_EQUAL(v4.port, v6.port);
        const auto record = bootnode.local().record();
        CPPUNIT_ASSERT(record->endpointV4()->udpEndpoint() == v4);
        CPPUNIT_ASSERT(record->endpointV6()->udpEndpoint() == v6);
        UdpClient four(2, loopback);
        UdpClient six(3, loopbackV6);
        CPPUNIT_ASSERT(four.bond(v4) && six.bond(v6));
        const auto request = six.enrRequest(v6);
        const auto answer = six.receive(PacketType::enrResponse);
        CPPUNIT_ASSERT(answer.has_value() && answer->from == v6);
        CPPUNIT_ASSERT(std::get<wire::EnrResponse>(answer->message).requestHash == request);
        bootnode.respawn();
        CPPUNIT_ASSERT(bootnode.sockets() == (std::vector{v4, v6}));
        CPPUNIT_ASSERT(*bootnode.local().record() == *record);
    }

    void tellsEachRequesterTheEndpointOfItsFamily()
    {
        LinkedBootnode bootnode(bothFamilies);
        UdpClient four(9, loopback);
        UdpClient six(9, loopbackV6); // one peer that listens on both
        auto peer = registry::Peer::at(four.key(), {loopback, four.endpoint().port, 0});
        for (const auto& address :
             registry::Peer::at(six.key(), {loopbackV6, six.endpoint().port, 0}).addresses)
            peer.addresses.push_back(address);
        bootnode.enroll(peer);
        // Each of its endpoints is asked for its proof.
        CPPUNIT_ASSERT(four.receive(PacketType::ping).has_value());
        CPPUNIT_ASSERT(six.receive(PacketType::ping).has_value());
        const auto toldTo = [&](const node::IpAddress& ip, const node::Endpoint& with) {
            UdpClient asker(2, ip);
            CPPUNIT_ASSERT(asker.bond(with));
            CPPUNIT_ASSERT(asker.findsBehind(with, four.key()));
            asker.findNode(with, four.key());
            const auto answer = asker.receive(PacketType::neighbors);
            return std::get<wire::Neighbors>(answer.value().message).storage.front().endpoint.udpEndpoint();
        };
        CPPUNIT_ASSERT(toldTo(loopback, bootnode.sockets()[0]) == four.endpoint());
        CPPUNIT_ASSERT(toldTo(loopbackV6, bootnode.sockets()[1]) == six.endpoint());
    }

    void bindsBothFamiliesOrDoesNotStart()
    {
        const testkit::Properties six{{"discv4.listen", "[::1]:0"}, {"node.external-ip", "::1"}};
        std::optional<LinkedBootnode> other(std::in_place, six);
        // Somebody else may have its port for IPv4.
        for (int i = 0; i < 20 && !isFree({loopback, other->udp().port}); ++i)
            other.emplace(six);
        const node::Endpoint free{loopback, other->udp().port};
        try {
            const LinkedBootnode refused(
                testkit::Properties{{"discv4.listen", free.toString() + ',' + other->udp().toString()}});
            CPPUNIT_FAIL("it started with one of two addresses");
        } catch (const host::HostError& error) {
            CPPUNIT_ASSERT(error.code() == plugin::ExitCode::unavailable);
            CPPUNIT_ASSERT_MESSAGE(error.what(), std::string(error.what()).find(other->udp().toString()) !=
                                                     std::string::npos);
        }
        CPPUNIT_ASSERT_NO_THROW(LinkedBootnode(testkit::Properties{{"discv4.listen", free.toString()}}));
    }

    void advertisesWhatItsNameStandsFor()
    {
        testkit::HostNames names; // knows no name yet
        LinkedBootnode bootnode(
            testkit::Properties{{"node.external-ip", "dns:node.example"}, {"node.resolve-interval", "1s"}},
            &names);
        CPPUNIT_ASSERT(bootnode.local().advertised()->ip == loopback);
        bootnode.await("node.address_unknown");
        names.set("node.example", {otherLoopback});
        bootnode.await("node.address_found");
        CPPUNIT_ASSERT(bootnode.local().record()->endpointV4()->ip == otherLoopback);
        CPPUNIT_ASSERT(bootnode.reload({{"node.external-ip", "127.0.0.3"}}));
        CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.3"), bootnode.local().advertised()->ip.toString());
    }

    void advertisesTheAddressOfAnInterface()
    {
        LinkedBootnode bootnode(
            testkit::Properties{{"node.external-ip", "interface:lo"}, {"discv4.listen", "0.0.0.0:0"}});
        CPPUNIT_ASSERT(bootnode.local().advertised()->ip.scope() == node::IpScope::loopback);
    }

    void believesWhereOthersSeeIt()
    {
        // Bound to one address and asked at another.
        LinkedBootnode bootnode(testkit::Properties{{"node.external-ip", "predicted"},
                                                    {"node.prediction-votes", "2"},
                                                    {"discv4.listen", "0.0.0.0:0"}});
        const node::Endpoint asked{otherLoopback, bootnode.udp().port};
        for (int i = 1; i <= 2; ++i) {
            UdpClient client(10U + static_cast<unsigned>(i),
                             node::IpAddress::v4(127, 0, 1, static_cast<Byte>(i)));
            CPPUNIT_ASSERT(client.bond(asked));
        }
        bootnode.await(
            "node.identity",
            {{"enode", node::Enode::advertised(bootnode.key(), {otherLoopback, asked.port, 0}).toString()}});
        CPPUNIT_ASSERT(bootnode.local().record()->endpointV4()->ip == otherLoopback);
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

    void findsABootnodeByItsName()
    {
        LinkedBootnode one;
        testkit::HostNames names; // knows no name yet
        const std::string url =
            "enode://" + one.key().hex() + "@boot.example:" + std::to_string(one.udp().port);
        LinkedBootnode two(testkit::Properties{{"discv4.bootnodes", url}}, &names);
        two.await("discv4.bootnode_unknown");
        names.set("boot.example", {loopback});
        UdpClient client(2, loopback);
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

    void remembersItsNodesThroughALifeWithoutNetwork()
    {
        LinkedBootnode one;
        LinkedBootnode two(testkit::Properties{{"discv4.bootnodes", one.enode()}});
        const auto foundKey = one.key();
        two.awaitMetric("waymark_discv4_table_nodes", {}, [](double nodes) { return nodes == 1; });
        two.set({{"discv4.bootnodes", ""}});
        one.stop();
        two.respawn(); // nobody answers
        two.stop();
        CPPUNIT_ASSERT(
            std::filesystem::remove(one.folder() / "state" / "nodes")); // else it would turn to the other
        one.respawn();
        two.respawn();
        UdpClient client(3, loopback);
        CPPUNIT_ASSERT(client.bond(two.udp()));
        CPPUNIT_ASSERT(client.findsBehind(two.udp(), foundKey));
    }

    void aReloadReachesBootnodesAndRates()
    {
        LinkedBootnode one;
        LinkedBootnode two;
        CPPUNIT_ASSERT(two.reload({{"discv4.bootnodes", one.enode()},
                                   {"discv4.question-rate", "1"},
                                   {"discv4.question-burst", "1"}}));
        two.awaitMetric("waymark_discv4_table_nodes", {}, [](double nodes) { return nodes == 1; });
        UdpClient client(2, loopback);
        CPPUNIT_ASSERT(client.bond(two.udp()));
        for (int i = 0; i < 10; ++i)
            client.findNode(two.udp(), one.key());
        two.awaitMetric("waymark_discv4_packets_dropped_total", {{"reason", "questions_used"}},
                        [](double dropped) { return dropped > 0; });
        // Of an unproven address, whose limit is not that of known ones.
        CPPUNIT_ASSERT(two.reload({{"discv4.address-rate", "1"}, {"discv4.address-burst", "1"}}));
        UdpClient stranger(3, otherLoopback);
        for (int i = 0; i < 10; ++i)
            stranger.findNode(two.udp(), one.key());
        two.awaitMetric("waymark_discv4_packets_dropped_total", {{"reason", "rate_limited"}},
                        [](double dropped) { return dropped > 0; });
    }

    void reloadSaysWhichPeersAreAdvertised()
    {
        LinkedBootnode bootnode;
        const auto silent = enrollOne(bootnode);
        UdpClient client(2, loopback);
        CPPUNIT_ASSERT(client.bond(bootnode.udp()));
        CPPUNIT_ASSERT(client.findsBehind(bootnode.udp(), silent));
        CPPUNIT_ASSERT(bootnode.reload({{"discv4.advertise", "live"}}));
        UdpClient later(2, loopback); // its socket gets no answer from before
        CPPUNIT_ASSERT(later.bond(bootnode.udp()));
        later.findNode(bootnode.udp(), silent);
        const auto answer = later.receive(PacketType::neighbors);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, std::get<wire::Neighbors>(answer.value().message).size);
        CPPUNIT_ASSERT(bootnode.reload({{"discv4.advertise", "registered"}}));
        CPPUNIT_ASSERT(client.findsBehind(bootnode.udp(), silent));
    }

private:
    static bool isFree(const node::Endpoint& endpoint)
    {
        try {
            const Poco::Net::DatagramSocket socket({endpoint.ip.toString(), endpoint.port}, false);
            return true;
        } catch (const Poco::Net::NetException&) {
            return false;
        }
    }

    static node::PublicKey enrollOne(LinkedBootnode& bootnode)
    {
        const auto peer = testkit::testKey(9).publicKey();
        bootnode.enroll(peer, {loopback, 40404, 40405});
        return peer;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HostedTest);

} // namespace waymark::discv4::testing
