#include "net/SystemUdpSockets.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <chrono>
#include <sys/socket.h>
#include <thread>

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
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
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
            const auto answer = client->receive(std::chrono::seconds(20));
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
};

CPPUNIT_TEST_SUITE_REGISTRATION(UdpSocketTest);

} // namespace waymark::net
