#include <waymark/testkit/Gate.h>
#include <waymark/testkit/ManualTimers.h>

#include <cppunit/extensions/HelperMacros.h>

#include <future>
#include <memory>

namespace waymark::testkit
{

namespace
{

/// Hands datagrams to its consumer when a test says so, and counts what it is given to send.
class FakeTransport final : public net::UdpTransport
{
public:
    Subscription attach(net::DatagramConsumer& consumer, int) override
    {
        _consumer = &consumer;
        return Subscription([this] { _consumer = nullptr; });
    }
    void start() override {}
    Result<void> send(const net::Datagram& datagram) override
    {
        ++sent;
        lastSent.assign(datagram.payload.begin(), datagram.payload.end());
        return {};
    }
    node::Endpoint bound() const override { return {}; }

    void deliver()
    {
        struct Sink final : net::DatagramSink
        {
            explicit Sink(int& count) : answered(count) {}
            void send(const net::Datagram&) override { ++answered; }
            int& answered;
        } sink(answered);
        _consumer->consume({}, sink);
    }
    bool attached() const noexcept { return _consumer != nullptr; }

    int sent = 0;
    int answered = 0;
    Bytes lastSent;

private:
    net::DatagramConsumer* _consumer = nullptr;
};

class FakeSockets final : public net::UdpSockets
{
public:
    Result<std::shared_ptr<net::UdpTransport>> open(const net::UdpOptions&) override { return transport; }
    std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
};

/// Answers every datagram.
class Echo final : public net::DatagramConsumer
{
public:
    bool consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept override
    {
        ++seen;
        sink.send(datagram);
        return true;
    }
    int seen = 0;
};

/// Is stopped while it handles a datagram, as whoever holds a lock may be.
class ClosesAndAnswers final : public net::DatagramConsumer
{
public:
    explicit ClosesAndAnswers(Gate& gate) : _gate(gate) {}
    bool consume(const net::Datagram&, net::DatagramSink& sink) noexcept override
    {
        _gate.close();
        const Bytes gone{1, 2, 3};
        sink.send({{}, {}, gone});
        return true;
    }

private:
    Gate& _gate;
};

} // namespace

class GateTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(GateTest);
    CPPUNIT_TEST(openLetsEverythingPass);
    CPPUNIT_TEST(closedHoldsBackUntilItOpens);
    CPPUNIT_TEST(sendersNeverWait);
    CPPUNIT_TEST(answersThatWereBegunLeaveWhenItOpens);
    CPPUNIT_TEST(cutSwallowsBothWaysForGood);
    CPPUNIT_TEST(cutSwallowsWhatWasHeldBack);
    CPPUNIT_TEST(timersOfACutHostRunNoMore);
    CPPUNIT_TEST(detachedConsumerIsAskedNoMore);
    CPPUNIT_TEST_SUITE_END();

    Gate _gate;
    FakeSockets _system;
    GatedSockets _sockets{_system, _gate};
    std::shared_ptr<net::UdpTransport> _transport = _sockets.open({}).value();
    Echo _echo;

    void openLetsEverythingPass()
    {
        const auto attached = _transport->attach(_echo, 0);
        _system.transport->deliver();
        CPPUNIT_ASSERT(_transport->send({}));
        CPPUNIT_ASSERT_EQUAL(1, _echo.seen);
        CPPUNIT_ASSERT_EQUAL(1, _system.transport->answered);
        CPPUNIT_ASSERT_EQUAL(1, _system.transport->sent);
    }

    void closedHoldsBackUntilItOpens()
    {
        const auto attached = _transport->attach(_echo, 0);
        _gate.close();
        std::promise<void> waiting;
        auto delivered = std::async(std::launch::async, [&] {
            waiting.set_value();
            _system.transport->deliver();
        });
        waiting.get_future().wait();
        CPPUNIT_ASSERT(delivered.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
        _gate.open();
        delivered.get();
        CPPUNIT_ASSERT_EQUAL(1, _system.transport->answered);
    }

    /// True when it returned though the gate is closed; opens it, so that no thread is left.
    template <class Function>
    bool returnsBeforeItOpens(Function function)
    {
        auto done = std::async(std::launch::async, function);
        const bool returned = done.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
        _gate.open();
        done.get();
        return returned;
    }

    void sendersNeverWait()
    {
        _gate.close();
        const bool returned = returnsBeforeItOpens([&] {
            for (const Byte number : {Byte{7}, Byte{8}})
                static_cast<void>(_transport->send({{}, {}, Bytes{number}}));
        });
        CPPUNIT_ASSERT(returned);
        CPPUNIT_ASSERT_EQUAL(2, _system.transport->sent);
        CPPUNIT_ASSERT(_system.transport->lastSent == Bytes{8});
    }

    void answersThatWereBegunLeaveWhenItOpens()
    {
        ClosesAndAnswers consumer(_gate);
        const auto attached = _transport->attach(consumer, 0);
        CPPUNIT_ASSERT(returnsBeforeItOpens([&] { _system.transport->deliver(); }));
        CPPUNIT_ASSERT_EQUAL(0, _system.transport->answered);
        CPPUNIT_ASSERT_EQUAL(1, _system.transport->sent);
        CPPUNIT_ASSERT((_system.transport->lastSent == Bytes{1, 2, 3}));
    }

    void cutSwallowsWhatWasHeldBack()
    {
        _gate.close();
        CPPUNIT_ASSERT(_transport->send({}));
        _gate.cut();
        _gate.open();
        CPPUNIT_ASSERT_EQUAL(0, _system.transport->sent);
    }

    void cutSwallowsBothWaysForGood()
    {
        const auto attached = _transport->attach(_echo, 0);
        _gate.cut();
        _gate.open();
        _system.transport->deliver();
        CPPUNIT_ASSERT(_transport->send({}));
        CPPUNIT_ASSERT(_gate.isCut());
        CPPUNIT_ASSERT_EQUAL(0, _echo.seen);
        CPPUNIT_ASSERT_EQUAL(0, _system.transport->sent);
    }

    void timersOfACutHostRunNoMore()
    {
        ManualClock clock;
        ManualTimers timers(clock);
        GatedTimers gated(timers, _gate);
        int runs = 0;
        const auto every = gated.every(std::chrono::seconds(1), [&] { ++runs; });
        const auto once = gated.after(std::chrono::seconds(3), [&] { ++runs; });
        timers.advance(std::chrono::seconds(2));
        _gate.cut();
        timers.advance(std::chrono::seconds(5));
        CPPUNIT_ASSERT_EQUAL(2, runs);
    }

    void detachedConsumerIsAskedNoMore()
    {
        auto attached = _transport->attach(_echo, 0);
        CPPUNIT_ASSERT(_system.transport->attached());
        attached.reset();
        CPPUNIT_ASSERT(!_system.transport->attached());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(GateTest);

} // namespace waymark::testkit
