#include "Seeking.h"

#include <waymark/testkit/SeededRandom.h>

#include <Poco/Net/DatagramSocket.h>
#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <atomic>
#include <sstream>
#include <string>
#include <thread>

namespace waymark::scenarios
{

using testkit::Bootnode;
using testkit::Properties;

/// Somebody sends garbage as fast as one core can.
class FloodTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FloodTest);
    CPPUNIT_TEST(clientsAreServedAndEveryDatagramIsCounted);
    CPPUNIT_TEST_SUITE_END();

    /// Sends datagrams of random bytes and lengths from its own thread, until it is stopped.
    class Flood
    {
    public:
        explicit Flood(const node::Endpoint& target)
            : _target(target.toString()), _thread([this](const std::stop_token& stopping) {
                  while (!stopping.stop_requested())
                      sendOne();
              })
        {
        }

        std::uint64_t sent() const noexcept { return _sent; }

        void stop()
        {
            _thread.request_stop();
            _thread.join();
        }

        /// When it is stopped.
        void sendOne()
        {
            std::array<Byte, 1400> bytes{};
            _random.fill(bytes);
            const auto length = 1 + static_cast<int>(_random.next64() % bytes.size());
            _socket.sendTo(bytes.data(), length, _target);
            ++_sent;
        }

    private:
        Poco::Net::SocketAddress _target;
        testkit::SeededRandom _random;
        Poco::Net::DatagramSocket _socket;
        std::atomic<std::uint64_t> _sent{0};
        std::jthread _thread;
    };

    /// What the samples of a metric add up to, whatever their labels.
    static std::uint64_t sum(const std::string& samples, const std::string& metric)
    {
        std::istringstream lines(samples);
        double total = 0;
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with(metric + '{') || line.starts_with(metric + ' '))
                total += std::stod(line.substr(line.rfind(' ')));
        return static_cast<std::uint64_t>(total);
    }

    void clientsAreServedAndEveryDatagramIsCounted()
    {
        constexpr std::uint64_t enough = 20'000;
        Bootnode bootnode(Properties{{"discv4.probe-interval", "0s"}}); // its own pings are counted elsewhere
        Bootnode registered;
        bootnode.enroll(registered.local().key(), registered.local().advertised().value());
        const Properties client{{"discv4.bootnodes", bootnode.enode()}};
        Flood flood(bootnode.udp());
        do {
            Bootnode newcomer(client);
            find(newcomer, registered.local().key());
            CPPUNIT_ASSERT_EQUAL(200, bootnode.rest().get("/health").status);
        } while (flood.sent() < enough);
        flood.stop();

        // Each datagram that came in is one packet that was handled or one that was dropped for a reason.
        std::string samples;
        bootnode.awaitUntil("an end of each datagram that came in", [&] {
            samples = bootnode.rest().get("/metrics").body;
            return sum(samples, "waymark_udp_datagrams_received_total") ==
                   sum(samples, "waymark_discv4_packets_received_total") +
                       sum(samples, "waymark_discv4_packets_dropped_total");
        });
        // What did not come in found the kernel's buffer full, which it tells with a datagram that comes
        // later.
        const auto garbage = [&] {
            samples = bootnode.rest().get("/metrics").body;
            std::uint64_t counted = 0;
            for (const char* const reason : {"too_short", "too_long", "bad_hash"})
                counted += static_cast<std::uint64_t>(
                    bootnode.metric("waymark_discv4_packets_dropped_total", {{"reason", reason}}));
            return counted;
        };
        bootnode.awaitUntil("an end of each datagram that was sent", [&] {
            if (garbage() + sum(samples, "waymark_udp_kernel_drops_total") >= flood.sent())
                return true;
            flood.sendOne();
            return false;
        });
        CPPUNIT_ASSERT(garbage() > 0 && garbage() <= flood.sent());
        // And nobody but discv4 listens there, which leaves garbage to others.
        bootnode.awaitUntil("all garbage to be unclaimed", [&] {
            return garbage() == static_cast<std::uint64_t>(bootnode.metric(
                                    "waymark_udp_datagrams_dropped_total",
                                    {{"listen", bootnode.udp().toString()}, {"reason", "unclaimed"}}));
        });
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FloodTest);

} // namespace waymark::scenarios
