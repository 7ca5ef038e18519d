#include "io/FamilySockets.h"

#include <waymark/testkit/sim/SimNetwork.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>

namespace waymark::discv4::io
{

namespace sim = testkit::sim;

class FamilySocketsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FamilySocketsTest);
    CPPUNIT_TEST(bothFamiliesGetTheSameFreePort);
    CPPUNIT_TEST(bindsAllOrNone);
    CPPUNIT_TEST(sendsFromTheSocketOfTheFamily);
    CPPUNIT_TEST(answersOfTheOtherFamilyLeaveFromItsSocket);
    CPPUNIT_TEST_SUITE_END();

    sim::Simulation _simulation{7};
    sim::SimNetwork _network{_simulation};
    sim::Host& _host{_network.addHost(addresses("1.0.0.1", "2600::1"))};
    sim::Host& _other{_network.addHost(addresses("1.0.0.2", "2600::2"))};

    static node::IpAddress ip(const char* text) { return node::IpAddress::parse(text).value(); }
    static node::Endpoint at(const char* text) { return node::Endpoint::parse(text).value(); }

    static sim::HostSettings addresses(const char* v4, const char* v6)
    {
        sim::HostSettings settings;
        settings.addresses = {ip(v4), ip(v6)};
        return settings;
    }

    static std::vector<net::UdpOptions> listening(const char* v4, const char* v6)
    {
        return {{at(v4)}, {at(v6)}};
    }

    /// Keeps where datagrams came from, and sends one back to each of `answerTo`.
    struct Listener final : net::DatagramConsumer
    {
        std::vector<node::Endpoint> heard;
        std::vector<node::Endpoint> answerTo;
        bool consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept override
        {
            heard.push_back(datagram.remote);
            for (const node::Endpoint& to : answerTo)
                sink.send({to, {}, datagram.payload});
            return true;
        }
    };

    void bothFamiliesGetTheSameFreePort()
    {
        // The simulated host gives its ports in order: the first two are taken in one of the families.
        const auto taken = _host.open({at("[::]:49152")}).value();
        const auto takenToo = _host.open({at("[::]:49153")}).value();
        const auto sockets = FamilySockets::open(_host, listening("1.0.0.1:0", "[2600::1]:0")).value();
        const auto bound = sockets->bound();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, bound.size());
        CPPUNIT_ASSERT_EQUAL(std::string("1.0.0.1:49154"), bound[0].toString());
        CPPUNIT_ASSERT_EQUAL(std::string("[2600::1]:49154"), bound[1].toString());
    }

    void bindsAllOrNone()
    {
        const auto taken = _host.open({at("[::]:5")}).value();
        const auto refused = FamilySockets::open(_host, listening("1.0.0.1:5", "[2600::1]:5"));
        CPPUNIT_ASSERT(!refused && refused.error().code == ErrorCode::conflict);
        CPPUNIT_ASSERT(refused.error().message.find("[2600::1]:5") != std::string::npos);
        CPPUNIT_ASSERT(FamilySockets::open(_host, {{at("1.0.0.1:5")}}));
    }

    void sendsFromTheSocketOfTheFamily()
    {
        const auto sockets = FamilySockets::open(_host, listening("1.0.0.1:5", "[2600::1]:6")).value();
        const auto others = FamilySockets::open(_other, listening("1.0.0.2:7", "[2600::2]:8")).value();
        Listener listener;
        others->attach(listener, 0);
        others->start();
        sockets->send({at("1.0.0.2:7"), {}, asBytes("four")});
        sockets->send({at("[2600::2]:8"), {}, asBytes("six")});
        _simulation.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT(listener.heard == (std::vector{at("1.0.0.1:5"), at("[2600::1]:6")}));
        others->detach();
    }

    void answersOfTheOtherFamilyLeaveFromItsSocket()
    {
        const auto sockets = FamilySockets::open(_host, listening("1.0.0.1:5", "[2600::1]:6")).value();
        const auto others = FamilySockets::open(_other, listening("1.0.0.2:7", "[2600::2]:8")).value();
        Listener asked;
        asked.answerTo = {at("1.0.0.2:7"), at("[2600::2]:8")};
        sockets->attach(asked, 0);
        sockets->start();
        Listener listener;
        others->attach(listener, 0);
        others->start();
        others->send({at("1.0.0.1:5"), {}, asBytes("ask")});
        _simulation.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT(asked.heard == (std::vector{at("1.0.0.2:7")}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, listener.heard.size());
        CPPUNIT_ASSERT(std::ranges::find(listener.heard, at("1.0.0.1:5")) != listener.heard.end());
        CPPUNIT_ASSERT(std::ranges::find(listener.heard, at("[2600::1]:6")) != listener.heard.end());
        others->detach();
        sockets->detach();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FamilySocketsTest);

} // namespace waymark::discv4::io
