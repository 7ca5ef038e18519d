#include "Seeking.h"

#include <waymark/testkit/SeededRandom.h>

#include <Poco/Net/DatagramSocket.h>
#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <atomic>
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

    /// Sends datagrams of random bytes and lengths from its own thread, until it goes.
    class Flood
    {
    public:
        explicit Flood(const node::Endpoint& target)
            : _thread([this, address = Poco::Net::SocketAddress(target.toString())](
                          const std::stop_token& stopping) { run(address, stopping); })
        {
        }

        std::uint64_t sent() const noexcept { return _sent; }

        std::uint64_t stop()
        {
            _thread.request_stop();
            _thread.join();
            return _sent;
        }

    private:
        void run(const Poco::Net::SocketAddress& address, const std::stop_token& stopping)
        {
            testkit::SeededRandom random;
            std::array<Byte, 1400> bytes{};
            Poco::Net::DatagramSocket socket;
            while (!stopping.stop_requested()) {
                random.fill(bytes);
                socket.sendTo(bytes.data(), 1 + static_cast<int>(random.next64() % bytes.size()), address);
                ++_sent;
            }
        }

        std::atomic<std::uint64_t> _sent{0};
        std::jthread _thread;
    };

    void clientsAreServedAndEveryDatagramIsCounted()
    {
        constexpr std::uint64_t enough = 20'000;
        Bootnode bootnode;
        Bootnode registered;
        bootnode.enroll(registered.local().key(), registered.local().advertised().value());
        const Properties client{{"discv4.bootnodes", bootnode.enode()}};
        Flood flood(bootnode.udp());
        do {
            Bootnode newcomer(client);
            find(newcomer, registered.local().key());
            CPPUNIT_ASSERT_EQUAL(200, bootnode.rest().get("/health").status);
        } while (flood.sent() < enough);
        const auto sent = static_cast<double>(flood.stop());

        const auto counted = [&](const std::string& name, const observe::MetricLabels& labels) {
            return bootnode.metric(name, labels);
        };
        const std::string listen = bootnode.udp().toString();
        // What the kernel's full buffer lost is not counted; everything that came in is. Some may still be on
        // its way through, and the reason is counted first.
        const double unclaimed =
            counted("waymark_udp_datagrams_dropped_total", {{"listen", listen}, {"reason", "unclaimed"}});
        CPPUNIT_ASSERT(unclaimed > 0 && unclaimed <= sent);
        double reasons = 0;
        for (const char* const reason : {"too_short", "too_long", "bad_hash"})
            reasons += counted("waymark_discv4_packets_dropped_total", {{"reason", reason}});
        CPPUNIT_ASSERT(reasons >= unclaimed);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FloodTest);

} // namespace waymark::scenarios
