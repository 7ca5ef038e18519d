#include "net/SystemUdpSockets.h"

#include <cppunit/extensions/HelperMacros.h>

#include <condition_variable>
#include <set>
#include <thread>

namespace waymark::net
{

class SystemUdpTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SystemUdpTest);
    CPPUNIT_TEST(repliesLeaveFromTheAddressThatWasAsked);
    CPPUNIT_TEST(speaksIpv6);
    CPPUNIT_TEST(consumersAreAskedInOrder);
    CPPUNIT_TEST(unclaimedAndOversizedAreCounted);
    CPPUNIT_TEST(severalWorkersShareOnePort);
    CPPUNIT_TEST(secondHostGetsAConflict);
    CPPUNIT_TEST(oneHostSharesAnEndpoint);
    CPPUNIT_TEST(foreignAddressIsRefused);
    CPPUNIT_TEST(detachedConsumerHearsNothing);
    CPPUNIT_TEST(largeBatchesArriveWhole);
    CPPUNIT_TEST(closedPortsOfOthersDoNotDisturb);
    CPPUNIT_TEST_SUITE_END();

    /// Sends back what it gets, or keeps it.
    struct Consumer final : DatagramConsumer
    {
        explicit Consumer(bool replies = false, std::string claims = "")
            : echo(replies), prefix(std::move(claims))
        {
        }

        bool consume(const Datagram& datagram, DatagramSink& sink) noexcept override
        {
            const std::string text(datagram.payload.begin(), datagram.payload.end());
            if (!text.starts_with(prefix))
                return false;
            if (echo)
                sink.send({datagram.remote, datagram.local, datagram.payload});
            const std::lock_guard lock(mutex);
            seen.emplace_back(datagram.remote, text);
            changed.notify_all();
            return true;
        }

        std::pair<node::Endpoint, std::string> wait(std::size_t index = 0)
        {
            std::unique_lock lock(mutex);
            CPPUNIT_ASSERT(
                changed.wait_for(lock, std::chrono::seconds(60), [&] { return seen.size() > index; }));
            return seen[index];
        }

        bool echo;
        std::string prefix;
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<std::pair<node::Endpoint, std::string>> seen;
    };

    observe::MetricRegistry _metrics;
    SystemUdpSockets _sockets{_metrics};

    static node::Endpoint at(const char* text) { return node::Endpoint::parse(text).value(); }

    std::shared_ptr<UdpTransport> open(const node::Endpoint& listen, unsigned workers = 1)
    {
        return _sockets.open({listen, workers, 0}).value();
    }

    static void send(UdpTransport& from, const node::Endpoint& to, std::string_view text)
    {
        CPPUNIT_ASSERT(from.send({to, {}, asBytes(text)}));
    }

    /// The value of a counter once it reached `expected`; fails when it does not get there.
    void awaitCounter(const std::string& name, const observe::MetricLabels& labels, double expected)
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (_metrics.value(name, labels).value_or(0) < expected) {
            CPPUNIT_ASSERT_MESSAGE(name, std::chrono::steady_clock::now() < deadline);
            std::this_thread::yield();
        }
        CPPUNIT_ASSERT_EQUAL(expected, *_metrics.value(name, labels));
    }

    void repliesLeaveFromTheAddressThatWasAsked()
    {
        Consumer echo(true);
        Consumer heard;
        const auto server = open(at("0.0.0.0:0"));
        const auto client = open(at("127.0.0.1:0"));
        const auto first = server->attach(echo, 0);
        const auto second = client->attach(heard, 0);
        server->start();
        client->start();
        const node::Endpoint asked{node::IpAddress::v4(127, 0, 0, 9), server->bound().port};
        send(*client, asked, "hello");
        CPPUNIT_ASSERT(heard.wait() == std::pair(asked, std::string("hello")));
        CPPUNIT_ASSERT(echo.wait().first == client->bound());
    }

    void speaksIpv6()
    {
        Consumer echo(true);
        Consumer heard;
        const auto server = open(at("[::]:0"));
        const auto client = open(at("[::1]:0"));
        const auto first = server->attach(echo, 0);
        const auto second = client->attach(heard, 0);
        server->start();
        client->start();
        const node::Endpoint asked{node::IpAddress::parse("::1").value(), server->bound().port};
        send(*client, asked, "six");
        CPPUNIT_ASSERT(heard.wait() == std::pair(asked, std::string("six")));
        // A v6 socket is v6 only: the same port is free for v4, unless somebody else has it.
        const auto isFreeForV4 = [&](const std::shared_ptr<UdpTransport>& six) {
            return _sockets.open({{node::IpAddress(), six->bound().port}, 1, 0}).has_value();
        };
        bool isFree = isFreeForV4(server);
        for (int others = 0; !isFree && others < 20; ++others)
            isFree = isFreeForV4(open(at("[::]:0")));
        CPPUNIT_ASSERT(isFree);
    }

    void consumersAreAskedInOrder()
    {
        Consumer picky(false, "b");
        Consumer rest;
        const auto server = open(at("127.0.0.1:0"));
        const auto last = server->attach(rest, 10);
        const auto first = server->attach(picky, 5);
        server->start();
        server->start();
        send(*server, server->bound(), "a1");
        send(*server, server->bound(), "b1");
        CPPUNIT_ASSERT_EQUAL(std::string("b1"), picky.wait().second);
        CPPUNIT_ASSERT_EQUAL(std::string("a1"), rest.wait().second);
    }

    void unclaimedAndOversizedAreCounted()
    {
        const auto server = open(at("127.0.0.1:0"));
        server->start();
        const std::string listen = server->bound().toString();
        send(*server, server->bound(), "nobody's");
        send(*server, server->bound(), std::string(ReceiveBatch::maximumDatagram + 1, 'x'));
        awaitCounter("waymark_udp_datagrams_received_total", {{"listen", listen}}, 2);
        awaitCounter("waymark_udp_datagrams_dropped_total", {{"listen", listen}, {"reason", "unclaimed"}}, 1);
        awaitCounter("waymark_udp_datagrams_dropped_total", {{"listen", listen}, {"reason", "oversized"}}, 1);
        awaitCounter("waymark_udp_datagrams_sent_total", {{"listen", listen}}, 2);
    }

    void severalWorkersShareOnePort()
    {
        Consumer heard;
        const auto server = open(at("127.0.0.1:0"), 3);
        const auto attached = server->attach(heard, 0);
        server->start();
        // From many ports, so that the system spreads them over the workers.
        std::set<std::string> expected;
        for (int i = 0; i < 40; ++i) {
            const auto client = open(at("127.0.0.1:0"));
            expected.insert(std::to_string(i));
            send(*client, server->bound(), std::to_string(i));
        }
        std::set<std::string> got;
        for (std::size_t i = 0; i < expected.size(); ++i)
            got.insert(heard.wait(i).second);
        CPPUNIT_ASSERT(got == expected);
    }

    void secondHostGetsAConflict()
    {
        const auto server = open(at("127.0.0.1:0"), 2);
        observe::MetricRegistry metrics;
        SystemUdpSockets others(metrics);
        const auto second = others.open({server->bound(), 1, 0});
        CPPUNIT_ASSERT(!second);
        CPPUNIT_ASSERT(second.error().code == ErrorCode::conflict);
        CPPUNIT_ASSERT(second.error().message.find(server->bound().toString()) != std::string::npos);
        for (const char* advice : {"another waymarkd", "ss -ulpn", "choose another port"})
            CPPUNIT_ASSERT_MESSAGE(advice, second.error().message.find(advice) != std::string::npos);
        CPPUNIT_ASSERT(others.open({server->bound(), 4, 0}).error().code == ErrorCode::conflict);
    }

    void oneHostSharesAnEndpoint()
    {
        auto first = open(at("127.0.0.1:0"));
        const node::Endpoint where = first->bound();
        CPPUNIT_ASSERT(open(where) == first);
        CPPUNIT_ASSERT(_sockets.open({where, 2, 0}).error().code == ErrorCode::invalidArgument);
        first.reset();
        CPPUNIT_ASSERT(_sockets.open({where, 2, 0}));
    }

    void foreignAddressIsRefused()
    {
        const auto opened = _sockets.open({at("192.0.2.1:0"), 1, 0});
        CPPUNIT_ASSERT(opened.error().code == ErrorCode::invalidArgument);
        CPPUNIT_ASSERT(!_sockets.open({at("127.0.0.1:0"), 0, 0}));
    }

    void detachedConsumerHearsNothing()
    {
        Consumer first;
        Consumer second;
        const auto server = open(at("127.0.0.1:0"));
        auto attached = server->attach(first, 0);
        const auto behind = server->attach(second, 1);
        server->start();
        send(*server, server->bound(), "1");
        first.wait();
        attached.reset();
        send(*server, server->bound(), "2");
        CPPUNIT_ASSERT_EQUAL(std::string("2"), second.wait().second);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, first.seen.size());
    }

    void largeBatchesArriveWhole()
    {
        /// Answers one datagram with more than one system call takes.
        struct Burst final : DatagramConsumer
        {
            bool consume(const Datagram& datagram, DatagramSink& sink) noexcept override
            {
                for (int i = 0; i < 70; ++i) {
                    const std::string text = std::to_string(i);
                    sink.send({datagram.remote, datagram.local, asBytes(text)});
                }
                return true;
            }
        } burst;
        Consumer heard;
        const auto server = open(at("127.0.0.1:0"));
        const auto client = open(at("127.0.0.1:0"));
        const auto first = server->attach(burst, 0);
        const auto second = client->attach(heard, 0);
        server->start();
        client->start();
        send(*client, server->bound(), "go");
        for (std::size_t i = 0; i < 70; ++i)
            CPPUNIT_ASSERT_EQUAL(std::to_string(i), heard.wait(i).second);
    }

    void closedPortsOfOthersDoNotDisturb()
    {
        Consumer heard;
        const auto server = open(at("127.0.0.1:0")); // before the other port is free to be its own
        node::Endpoint closed;
        {
            const auto gone = open(at("127.0.0.1:0"));
            closed = gone->bound();
        }
        const auto attached = server->attach(heard, 0);
        server->start();
        for (int i = 0; i < 5; ++i)
            send(*server, closed, "to nobody"); // the system answers with ICMP port unreachable
        send(*server, server->bound(), "to me");
        CPPUNIT_ASSERT_EQUAL(std::string("to me"), heard.wait().second);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SystemUdpTest);

} // namespace waymark::net
