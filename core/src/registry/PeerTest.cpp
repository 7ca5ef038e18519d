#include <waymark/contract/RegistryFixtures.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::registry
{

using contract::testKey;
using node::IpAddress;
using node::IpFamily;
using node::NodeEndpoint;

class PeerTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PeerTest);
    CPPUNIT_TEST(isMadeAtAnEndpoint);
    CPPUNIT_TEST(aZeroTcpPortMakesNoTcpAddress);
    CPPUNIT_TEST(hasNoEndpointWithoutUdp);
    CPPUNIT_TEST(endpointTakesTheFirstAddresses);
    CPPUNIT_TEST(aTcpPortElsewhereDoesNotBelong);
    CPPUNIT_TEST(overlooksHostNames);
    CPPUNIT_TEST(prefersV4);
    CPPUNIT_TEST_SUITE_END();

    static Peer with(std::vector<PeerAddress> addresses)
    {
        return {node::PeerId(testKey(1)), std::move(addresses), std::nullopt, {}};
    }

    void isMadeAtAnEndpoint()
    {
        const NodeEndpoint where{IpAddress::v4(10, 0, 0, 1), 1, 2};
        CPPUNIT_ASSERT(Peer::at(testKey(1), where).endpoint() == where);
        const NodeEndpoint v6{IpAddress::parse("2001:db8::1").value(), 3, 4};
        CPPUNIT_ASSERT(Peer::at(testKey(1), v6).endpoint(IpFamily::v6) == v6);
        CPPUNIT_ASSERT(!Peer::at(testKey(1), v6).endpoint(IpFamily::v4));
    }

    void aZeroTcpPortMakesNoTcpAddress()
    {
        const Peer peer = Peer::at(testKey(1), {IpAddress::v4(10, 0, 0, 1), 1, 0});
        CPPUNIT_ASSERT((peer.addresses == std::vector<PeerAddress>{{Transport::udp, "10.0.0.1", 1}}));
        CPPUNIT_ASSERT_EQUAL(std::uint16_t{0}, peer.endpoint()->tcp);
    }

    void hasNoEndpointWithoutUdp()
    {
        CPPUNIT_ASSERT(!with({}).endpoint());
        CPPUNIT_ASSERT(!with({{Transport::tcp, "10.0.0.1", 1}, {Transport::quic, "10.0.0.1", 1}}).endpoint());
    }

    void endpointTakesTheFirstAddresses()
    {
        const Peer peer = with({{Transport::tcp, "10.0.0.2", 7},
                                {Transport::udp, "10.0.0.1", 1},
                                {Transport::udp, "10.0.0.2", 2},
                                {Transport::tcp, "10.0.0.1", 3},
                                {Transport::tcp, "10.0.0.1", 4}});
        CPPUNIT_ASSERT((peer.endpoint() == NodeEndpoint{IpAddress::v4(10, 0, 0, 1), 1, 3}));
    }

    void aTcpPortElsewhereDoesNotBelong()
    {
        const Peer peer = with({{Transport::udp, "10.0.0.1", 1}, {Transport::tcp, "10.0.0.2", 3}});
        CPPUNIT_ASSERT((peer.endpoint() == NodeEndpoint{IpAddress::v4(10, 0, 0, 1), 1, 0}));
    }

    void overlooksHostNames()
    {
        const Peer peer = with({{Transport::udp, "node.example.org", 1}, {Transport::udp, "10.0.0.1", 2}});
        CPPUNIT_ASSERT((peer.endpoint() == NodeEndpoint{IpAddress::v4(10, 0, 0, 1), 2, 0}));
    }

    void prefersV4()
    {
        const Peer peer = with({{Transport::udp, "2001:db8::1", 1}, {Transport::udp, "10.0.0.1", 2}});
        CPPUNIT_ASSERT(peer.endpoint() == peer.endpoint(IpFamily::v4));
        CPPUNIT_ASSERT_EQUAL(std::uint16_t{1}, peer.endpoint(IpFamily::v6)->udp);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PeerTest);

} // namespace waymark::registry
