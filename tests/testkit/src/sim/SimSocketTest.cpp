#include "sim/Talker.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>

namespace waymark::testkit::sim
{

using namespace std::chrono_literals;

/// The sockets of hosts keep the contract of net::UdpSockets, and overflow where they must.
class SimSocketTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SimSocketTest);
    CPPUNIT_TEST(givesOutPorts);
    CPPUNIT_TEST(sharesAnEndpointAndRefusesOthers);
    CPPUNIT_TEST(asksConsumersInOrder);
    CPPUNIT_TEST(keepsWhatComesBeforeTheStart);
    CPPUNIT_TEST(overflowsWhileFrozen);
    CPPUNIT_TEST(overflowsWhenTheHostIsSlow);
    CPPUNIT_TEST(refusesWhatTheLineCannotCarry);
    CPPUNIT_TEST(closesWhileADatagramIsHandled);
    CPPUNIT_TEST_SUITE_END();

public:
    void givesOutPorts()
    {
        const auto first = _host.open({.listen = endpoint("0.0.0.0:0")}).value();
        const auto second = _host.open({.listen = endpoint("0.0.0.0:0")}).value();
        CPPUNIT_ASSERT(first->bound().port != 0);
        CPPUNIT_ASSERT(first->bound().port != second->bound().port);
    }

    void sharesAnEndpointAndRefusesOthers()
    {
        const auto first = _host.open({.listen = endpoint("0.0.0.0:5")}).value();
        CPPUNIT_ASSERT(_host.open({.listen = endpoint("0.0.0.0:5")}).value() == first);
        CPPUNIT_ASSERT(codeOf({.listen = endpoint("0.0.0.0:5"), .workers = 2}) == ErrorCode::invalidArgument);
        CPPUNIT_ASSERT(codeOf({.listen = endpoint("1.0.0.1:5")}) == ErrorCode::conflict);
        CPPUNIT_ASSERT(codeOf({.listen = endpoint("1.0.0.9:6")}) == ErrorCode::invalidArgument);
        CPPUNIT_ASSERT(codeOf({.listen = endpoint("1.0.0.1:6"), .workers = 0}) == ErrorCode::invalidArgument);
        CPPUNIT_ASSERT(_host.open({.listen = endpoint("[::]:5")}).has_value());
    }

    void asksConsumersInOrder()
    {
        class Consumer final : public net::DatagramConsumer
        {
        public:
            Consumer(std::string name, std::string& log, bool claims)
                : _name(std::move(name)), _log(log), _claims(claims)
            {
            }
            bool consume(const net::Datagram&, net::DatagramSink&) noexcept override
            {
                _log += _name;
                return _claims;
            }

        private:
            std::string _name;
            std::string& _log;
            bool _claims;
        };
        std::string log;
        Consumer late("late", log, true);
        Consumer early("early ", log, false);
        const auto transport = _host.open({.listen = endpoint("1.0.0.1:5")}).value();
        auto lateSubscription = transport->attach(late, 100);
        const auto earlySubscription = transport->attach(early, 10);
        transport->start();
        _other.say("1.0.0.1:5", "x", 1);
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::string("early late"), log);
        lateSubscription.reset();
        _other.say("1.0.0.1:5", "x", 1);
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::string("early lateearly "), log);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::unclaimed));
    }

    void keepsWhatComesBeforeTheStart()
    {
        const auto transport = _host.open({.listen = endpoint("1.0.0.1:5")}).value();
        _other.say("1.0.0.1:5", "x", 3);
        _simulation.advance(1s);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, _network.counts().pending);
        transport->start();
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, counted(Fate::unclaimed));
    }

    void overflowsWhileFrozen()
    {
        Talker slow(_network, _host, "1.0.0.1:5", {.listen = {}, .receiveBuffer = 100});
        int ticks = 0;
        const auto timer = _host.timers().every(100ms, [&] { ++ticks; });
        _host.freeze();
        _other.say("1.0.0.1:5", std::string(30, 'x'), 5);
        _simulation.advance(1s);
        CPPUNIT_ASSERT(slow.heard().empty());
        CPPUNIT_ASSERT_EQUAL(0, ticks);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, counted(Fate::receiveBufferFull));
        _host.thaw();
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, slow.heard().size());
        CPPUNIT_ASSERT_EQUAL(1, ticks); // what was missed is not made up
        _other.say("1.0.0.1:5", "x", 1);
        _simulation.advance(1s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, slow.heard().size());
        CPPUNIT_ASSERT_EQUAL(11, ticks);
    }

    void overflowsWhenTheHostIsSlow()
    {
        Host& weak = _network.addHost(HostSettings{
            .addresses = {node::IpAddress::v4(5, 0, 0, 1)}, .receiveBuffer = 10, .serviceTime = 10ms});
        Talker talker(_network, weak, "5.0.0.1:5");
        _other.say("5.0.0.1:5", "x", 30);
        _simulation.advance(1s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, talker.heard().size());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{20}, counted(Fate::receiveBufferFull));
        CPPUNIT_ASSERT(talker.heard().back().at - talker.heard().front().at == 90ms);
    }

    void refusesWhatTheLineCannotCarry()
    {
        Host& far = _network.addHost(HostSettings{
            .addresses = {node::IpAddress::v4(5, 0, 0, 1)}, .bytesPerSecond = 1'000, .sendBuffer = 500});
        Talker talker(_network, far, "5.0.0.1:5");
        talker.say("2.0.0.2:7", std::string(100, 'x'), 5);
        CPPUNIT_ASSERT(talker.say("2.0.0.2:7", "x").error().code == ErrorCode::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::sendBufferFull));
        _simulation.advance(10s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, _other.heard().size());
        CPPUNIT_ASSERT(_other.heard().back().at == 500ms);
        CPPUNIT_ASSERT(talker.say("2.0.0.2:7", std::string(70'000, 'x')).error().code == ErrorCode::tooLarge);
    }

    void closesWhileADatagramIsHandled()
    {
        class Closing final : public net::DatagramConsumer
        {
        public:
            std::shared_ptr<net::UdpTransport> transport;
            Subscription reception;
            bool consume(const net::Datagram&, net::DatagramSink& sink) noexcept override
            {
                transport.reset();
                reception.reset();
                sink.send({endpoint("2.0.0.2:7"), {}, asBytes("bye")});
                return true;
            }
        };
        Closing closing;
        closing.transport = _host.open({.listen = endpoint("1.0.0.1:5")}).value();
        closing.reception = closing.transport->attach(closing, 0);
        closing.transport->start();
        _other.say("1.0.0.1:5", "x", 2);
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _other.heard().size());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, counted(Fate::noSocket));
    }

private:
    static node::Endpoint endpoint(std::string_view text) { return node::Endpoint::parse(text).value(); }
    ErrorCode codeOf(const net::UdpOptions& options) { return _host.open(options).error().code; }
    std::uint64_t counted(Fate fate) const { return _network.counts()[fate]; }

    Simulation _simulation{7};
    SimNetwork _network{_simulation};
    Host& _host = _network.addHost("1.0.0.1");
    Talker _other{_network, _network.addHost("2.0.0.2"), "2.0.0.2:7"};
};

CPPUNIT_TEST_SUITE_REGISTRATION(SimSocketTest);

} // namespace waymark::testkit::sim
