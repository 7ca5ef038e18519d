#include "net/Outbox.h"
#include "net/Outgoing.h"
#include "net/SystemUdpSockets.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

namespace waymark::net
{

/// What the system does with sockets, and what is told of it.
class UdpSocketTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(UdpSocketTest);
    CPPUNIT_TEST(countsWhatTheKernelDrops);
    CPPUNIT_TEST(warnsOfASmallerReceiveBufferThanAskedFor);
    CPPUNIT_TEST(saysNothingOfAReceiveBufferThatIsGranted);
    CPPUNIT_TEST(clientHearsTheAnswerOfTheWorkerThatGotItsDatagram);
    CPPUNIT_TEST(clientWaitsInVainWithinItsPatience);
    CPPUNIT_TEST(simulatedNetworksHaveNoClients);
    CPPUNIT_TEST(joinsWhatGoesToOnePlaceInOneSize);
    CPPUNIT_TEST(runsArriveAsTheDatagramsThatTheyAre);
    CPPUNIT_TEST(withoutSegmentsEachLeavesAlone);
    CPPUNIT_TEST(whatIsRefusedTakesNothingAlong);
    CPPUNIT_TEST_SUITE_END();

    struct Warnings final : observe::LogChannel
    {
        std::vector<std::string> lines;
        bool enabled(observe::LogLevel, std::string_view) const noexcept override { return true; }
        void write(observe::LogLevel level, std::string_view, std::string_view event,
                   std::span<const observe::LogField> fields, std::string_view text) noexcept override
        {
            if (level != observe::LogLevel::warning)
                return;
            std::string line(event);
            for (const auto& field : fields)
                line += ' ' + std::string(field.key) + '=' + field.value;
            lines.push_back(line + ": " + std::string(text));
        }
    };

    /// Answers with the number of the worker.
    struct Teller final : DatagramConsumer
    {
        bool consume(const Datagram& datagram, DatagramSink& sink) noexcept override
        {
            const std::string number = std::to_string(datagram.worker);
            sink.send({datagram.remote, datagram.local, asBytes(number)});
            return true;
        }
    };

    observe::MetricRegistry _metrics;
    std::shared_ptr<Warnings> _warnings = std::make_shared<Warnings>();
    SystemUdpSockets _sockets{_metrics, observe::Log(_warnings, "host")};

    static node::Endpoint anyPort() { return node::Endpoint::parse("127.0.0.1:0").value(); }

    double metric(const std::string& name, const observe::MetricLabels& labels) const
    {
        return _metrics.value(name, labels).value_or(0);
    }

    void countsWhatTheKernelDrops()
    {
        constexpr double sent = 500;
        const auto server = _sockets.open({anyPort(), 1, 2'048}).value();
        const auto client = _sockets.connect(server->bound()).value();
        const Bytes payload(1'000, 7);
        for (int i = 0; i < static_cast<int>(sent); ++i)
            CPPUNIT_ASSERT(client->send(payload)); // nobody reads yet
        server->start();
        const observe::MetricLabels listen{{"listen", server->bound().toString()}};
        const observe::MetricLabels first{{"listen", server->bound().toString()}, {"worker", "1"}};
        const auto received = [&] {
            return metric("waymark_udp_datagrams_received_total", listen);
        };
        const auto dropped = [&] {
            return metric("waymark_udp_kernel_drops_total", first);
        };
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (received() + dropped() < sent && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        CPPUNIT_ASSERT_EQUAL(sent, received() + dropped());
        CPPUNIT_ASSERT(dropped() > 0 && received() > 0);
    }

    /// What the system grants to anybody.
    static std::size_t grantedOf(std::size_t asked)
    {
        const auto socket = UdpSocket::open(anyPort(), asked, UdpSocket::Sharing::first).value();
        int doubled = 0;
        socklen_t size = sizeof doubled;
        CPPUNIT_ASSERT_EQUAL(0, ::getsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVBUF, &doubled, &size));
        return static_cast<std::size_t>(doubled) / 2;
    }

    void warnsOfASmallerReceiveBufferThanAskedFor()
    {
        constexpr std::size_t asked = UdpSocket::largestReceiveBuffer;
        const std::size_t granted = grantedOf(asked);
        const auto server = _sockets.open({anyPort(), 2, asked}).value();
        if (granted >= asked) {
            CPPUNIT_ASSERT(_warnings->lines.empty()); // a system that gives everybody a gigabyte
            return;
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _warnings->lines.size());
        const std::string expected = "udp.receive_buffer_cut listen=" + server->bound().toString() +
                                     " asked=" + std::to_string(asked) +
                                     " granted=" + std::to_string(granted) + ':';
        CPPUNIT_ASSERT(_warnings->lines.front().starts_with(expected));
        CPPUNIT_ASSERT(_warnings->lines.front().find("net.core.rmem_max") != std::string::npos);
    }

    void saysNothingOfAReceiveBufferThatIsGranted()
    {
        CPPUNIT_ASSERT(_sockets.open({anyPort(), 1, 65'536}));
        CPPUNIT_ASSERT(_sockets.open({anyPort(), 1, 0}));
        CPPUNIT_ASSERT(_warnings->lines.empty());
    }

    void clientHearsTheAnswerOfTheWorkerThatGotItsDatagram()
    {
        constexpr unsigned workers = 3;
        Teller teller;
        const auto server = _sockets.open({anyPort(), workers, 0}).value();
        const auto attached = server->attach(teller, 0);
        server->start();
        std::vector<bool> met(workers);
        // Each source port goes to one worker: with so many every worker gets some.
        for (int port = 0; port < 200 && std::ranges::count(met, true) < workers; ++port) {
            const auto client = _sockets.connect(server->bound()).value();
            CPPUNIT_ASSERT(client->send(asBytes("which")));
            const auto answer = client->receive(std::chrono::seconds(60));
            CPPUNIT_ASSERT(answer && answer->size() == 1);
            const std::size_t worker = answer->front() - std::size_t{'0'};
            CPPUNIT_ASSERT(worker < workers);
            met[worker] = true;
        }
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{workers}, std::ranges::count(met, true));
    }

    void clientWaitsInVainWithinItsPatience()
    {
        const auto server = _sockets.open({anyPort(), 1, 0}).value();
        const auto client = _sockets.connect(server->bound()).value();
        CPPUNIT_ASSERT(client->send(asBytes("anybody")));
        CPPUNIT_ASSERT(!client->receive(std::chrono::milliseconds(1)));
        CPPUNIT_ASSERT(!client->receive(Duration::zero()));
    }

    void simulatedNetworksHaveNoClients()
    {
        struct Elsewhere final : UdpSockets
        {
            Result<std::shared_ptr<UdpTransport>> open(const UdpOptions&) override
            {
                return failure(ErrorCode::unavailable, "none");
            }
        } sockets;
        CPPUNIT_ASSERT(sockets.connect(anyPort()).error().code == ErrorCode::unavailable);
    }

    /// Two sockets, and batches from the one to the other.
    struct Pair
    {
        UdpSocket from = UdpSocket::open(anyPort(), 0, UdpSocket::Sharing::first).value();
        UdpSocket to = UdpSocket::open(anyPort(), 0, UdpSocket::Sharing::first).value();
        Outbox outbox{};

        /// Each with content of its own.
        void put(const std::vector<std::size_t>& sizes, std::optional<node::Endpoint> where = {})
        {
            for (const std::size_t size : sizes)
                outbox.send({where.value_or(to.bound()), from.bound().ip, Bytes(size, ++last)});
        }

        std::vector<Bytes> arrived() const
        {
            std::vector<Bytes> all;
            ReceiveBatch batch;
            while (batch
                       .receive(to,
                                [&](const Datagram& datagram) {
                                    CPPUNIT_ASSERT(datagram.remote == from.bound());
                                    all.emplace_back(datagram.payload.begin(), datagram.payload.end());
                                })
                       .datagrams > 0) {
            }
            return all;
        }
        Byte last = 0;
    };

    static std::vector<Bytes> numbered(const std::vector<std::size_t>& sizes)
    {
        std::vector<Bytes> all;
        for (const std::size_t size : sizes)
            all.emplace_back(size, static_cast<Byte>(all.size() + 1));
        return all;
    }

    void joinsWhatGoesToOnePlaceInOneSize()
    {
        Pair pair;
        const auto runOf = [&](const std::vector<std::size_t>& sizes) {
            Outbox outbox;
            std::swap(outbox, pair.outbox);
            pair.put(sizes);
            return runLength(pair.outbox.datagrams());
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, runLength({}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, runOf({1'000}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, runOf({1'000, 300}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, runOf({300, 1'000}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, runOf({500, 500, 1, 1}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, runOf({0, 0}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, runOf({9, 0}));
        CPPUNIT_ASSERT(runOf(std::vector<std::size_t>(100, 1'200)) < 50); // a message is an IP packet
        pair.outbox = {};
        pair.put({100});
        pair.put({100}, node::Endpoint::parse("127.0.0.2:9").value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, runLength(pair.outbox.datagrams()));
    }

    void runsArriveAsTheDatagramsThatTheyAre()
    {
        const std::vector<std::size_t> sizes{1'070, 370, 1'070, 370, 120, 120, 120, 130, 7, 1'280, 1'280};
        Pair pair;
        pair.put(sizes);
        const auto [queued, sent] = pair.outbox.flush(pair.from);
        CPPUNIT_ASSERT_EQUAL(sizes.size(), queued);
        CPPUNIT_ASSERT_EQUAL(queued, sent);
        CPPUNIT_ASSERT(numbered(sizes) == pair.arrived());
    }

    void withoutSegmentsEachLeavesAlone()
    {
        // The system makes no segments of what shall have no checksum.
        Pair pair;
        const int on = 1;
        CPPUNIT_ASSERT_EQUAL(0,
                             ::setsockopt(pair.from.descriptor(), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on));
        const std::vector<std::size_t> sizes{1'070, 370, 1'070, 370, 20};
        pair.put(sizes);
        CPPUNIT_ASSERT_EQUAL(sizes.size(), pair.outbox.flush(pair.from).second);
        CPPUNIT_ASSERT(numbered(sizes) == pair.arrived());
    }

    void whatIsRefusedTakesNothingAlong()
    {
        Pair pair;
        const auto everybody = node::Endpoint::parse("255.255.255.255:9").value(); // needs SO_BROADCAST
        pair.put({300, 300});
        pair.put({200, 200}, everybody);
        pair.put({100});
        pair.put({100}, everybody);
        pair.put({50, 50, 50});
        const auto [queued, sent] = pair.outbox.flush(pair.from);
        CPPUNIT_ASSERT_EQUAL(std::size_t{9}, queued);
        CPPUNIT_ASSERT_EQUAL(std::size_t{6}, sent);
        CPPUNIT_ASSERT_EQUAL(std::size_t{6}, pair.arrived().size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UdpSocketTest);

} // namespace waymark::net
