#include "client/SystemClientPort.h"

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>

namespace waymark::discv4::client::testing
{

namespace
{

constexpr std::chrono::seconds patience{20};

} // namespace

class SystemClientPortTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SystemClientPortTest);
    CPPUNIT_TEST(sendsAndHears);
    CPPUNIT_TEST(tellsWhichOfSeveralEndpointsRefused);
    CPPUNIT_TEST(tellsWhatTheSystemSendsToNobody);
    CPPUNIT_TEST(saysWhyItCannotBind);
    CPPUNIT_TEST_SUITE_END();

public:
    void sendsAndHears()
    {
        for (const auto* const host : {"127.0.0.1", "::1"}) {
            Poco::Net::DatagramSocket other(Poco::Net::SocketAddress(host, 0));
            SystemClientPort port;
            const auto ip = node::IpAddress::parse(host).value();
            const Bytes payload{1, 2, 3};
            CPPUNIT_ASSERT(port.send({ip, other.address().port()}, payload));
            Bytes buffer(10);
            Poco::Net::SocketAddress from;
            CPPUNIT_ASSERT(other.poll(Poco::Timespan(patience.count(), 0), Poco::Net::Socket::SELECT_READ));
            CPPUNIT_ASSERT_EQUAL(3, other.receiveFrom(buffer.data(), 10, from));
            CPPUNIT_ASSERT_EQUAL(port.localPort(ip.family()), from.port());
            other.sendTo(buffer.data(), 2, from);
            const auto arrival = port.receive(patience, -1);
            CPPUNIT_ASSERT(arrival && !arrival->rejection);
            CPPUNIT_ASSERT(arrival->remote == (node::Endpoint{ip, other.address().port()}));
            CPPUNIT_ASSERT((Bytes(arrival->payload.begin(), arrival->payload.end()) == Bytes{1, 2}));
        }
    }

    void tellsWhichOfSeveralEndpointsRefused()
    {
        for (const auto* const host : {"127.0.0.1", "::1"}) {
            const auto ip = node::IpAddress::parse(host).value();
            Poco::Net::DatagramSocket open(Poco::Net::SocketAddress(host, 0));
            const node::Endpoint closed{ip, 9};
            SystemClientPort port;
            const Bytes payload{1};
            CPPUNIT_ASSERT(port.send(closed, payload));
            CPPUNIT_ASSERT(port.send({ip, open.address().port()}, payload));
            const auto arrival = port.receive(patience, -1);
            CPPUNIT_ASSERT(arrival && arrival->rejection);
            CPPUNIT_ASSERT(Trouble::refused == arrival->rejection->trouble);
            CPPUNIT_ASSERT(closed == arrival->remote);
        }
    }

    void tellsWhatTheSystemSendsToNobody()
    {
        SystemClientPort port;
        // A broadcast address, which takes a permission that no command asks for.
        const auto sent = port.send({node::IpAddress::v4(255, 255, 255, 255), 30303}, Bytes{1});
        CPPUNIT_ASSERT(!sent);
        CPPUNIT_ASSERT(!sent.error().reason.empty());
    }

    void saysWhyItCannotBind()
    {
        const Poco::Net::DatagramSocket other(Poco::Net::SocketAddress("127.0.0.1", 0));
        SystemClientPort::Options options;
        options.v4 = {node::IpAddress::v4(127, 0, 0, 1), other.address().port()};
        SystemClientPort port(options);
        const auto opened = port.open(node::IpFamily::v4);
        CPPUNIT_ASSERT(!opened);
        CPPUNIT_ASSERT(opened.error().message.find(options.v4.toString()) != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::uint16_t{0}, port.localPort(node::IpFamily::v4));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SystemClientPortTest);

} // namespace waymark::discv4::client::testing
