#include "LinkedBootnode.h"
#include "UdpClient.h"

#include <waymark/host/Host.h>
#include <waymark/net/UdpTransport.h>
#include <waymark/observe/Health.h>

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <string>
#include <vector>

namespace waymark::discv4::testing
{

namespace
{

const testkit::Properties fourWorkers{{"discv4.workers", "4"}, {"discv4.probe-interval", "100ms"}};

/// Takes what one worker receives, and does nothing with it: its heart beats and it answers nobody.
class Swallower final : public net::DatagramConsumer
{
public:
    explicit Swallower(unsigned worker) noexcept : _worker(worker) {}
    bool consume(const net::Datagram& datagram, net::DatagramSink&) noexcept override
    {
        return datagram.worker == _worker;
    }

private:
    unsigned _worker;
};

} // namespace

/// Whether readiness tells how the workers are.
class ProbeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProbeTest);
    CPPUNIT_TEST(everyWorkerAnswersAndAQuietNodeIsHealthy);
    CPPUNIT_TEST(keepsNothingOfItsOwnPings);
    CPPUNIT_TEST(wildcardsAreAskedOnLoopback);
    CPPUNIT_TEST(tellsWhichWorkerIsMuteUntilItAnswers);
    CPPUNIT_TEST(tellsOfWorkersThatWereMuteFromTheStart);
    CPPUNIT_TEST(aMuteWorkerWhoseHeartBeatsStopsNoWatchdog);
    CPPUNIT_TEST(limitsHoldUpNoOwnPing);
    CPPUNIT_TEST(listsHoldUpNoOwnPing);
    CPPUNIT_TEST(aFrozenNodeIsNotHealthy);
    CPPUNIT_TEST(isTurnedOnAndOffByReload);
    CPPUNIT_TEST(jumpsOfTheClockAreNoSilence);
    CPPUNIT_TEST_SUITE_END();

    static observe::Health healthOf(const testkit::Bootnode& node)
    {
        for (const auto& entry : node.host().services().get<observe::HealthRegistry>().report())
            if (entry.name == "discv4")
                return entry.health;
        throw std::logic_error("discv4 has no health check");
    }

    static void awaitAnswers(LinkedBootnode& node, unsigned worker, double count,
                             const char* result = "answered")
    {
        node.awaitMetric(
            "waymark_discv4_probes_total",
            {{"listen", node.udp().toString()}, {"worker", std::to_string(worker)}, {"result", result}},
            [count](double value) { return value >= count; });
    }

    static double answers(const LinkedBootnode& node, unsigned worker)
    {
        return node.metric(
            "waymark_discv4_probes_total",
            {{"listen", node.udp().toString()}, {"worker", std::to_string(worker)}, {"result", "answered"}});
    }

    /// Each of four workers answers twice while nothing is dropped for these reasons. A ping that is received
    /// after its round, because the worker did not run, is a stranger's: that spoils a try, and no more.
    static void awaitRoundsWithoutDrops(LinkedBootnode& node, const std::vector<std::string>& reasons)
    {
        const auto drops = [&] {
            double sum = 0;
            for (const std::string& reason : reasons)
                sum += node.metric("waymark_discv4_packets_dropped_total", {{"reason", reason}});
            return sum;
        };
        node.awaitUntil("rounds in which none was dropped", [&] {
            const double before = drops();
            std::array<double, 4> goals{};
            for (unsigned worker = 1; worker <= 4; ++worker)
                goals.at(worker - 1) = answers(node, worker) + 2;
            for (unsigned worker = 1; worker <= 4; ++worker)
                awaitAnswers(node, worker, goals.at(worker - 1));
            return drops() == before;
        });
    }

    static void awaitFailure(LinkedBootnode& node)
    {
        node.awaitUntil("failure", [&] {
            const auto health = healthOf(node);
            return health.status == observe::HealthStatus::failed &&
                   health.reason.find("its own ping") != std::string::npos;
        });
    }

    static void awaitHealth(LinkedBootnode& node)
    {
        node.awaitUntil("health", [&] { return healthOf(node).status == observe::HealthStatus::ok; });
    }

    static std::shared_ptr<net::UdpTransport> transportOf(const LinkedBootnode& node)
    {
        return node.host().services().get<net::UdpSockets>().open({node.udp(), 4, 1'048'576}).value();
    }

    void everyWorkerAnswersAndAQuietNodeIsHealthy()
    {
        LinkedBootnode node(fourWorkers);
        for (unsigned worker = 1; worker <= 4; ++worker)
            awaitAnswers(node, worker, 5);
        awaitHealth(node);
    }

    void keepsNothingOfItsOwnPings()
    {
        LinkedBootnode node(fourWorkers);
        for (unsigned worker = 1; worker <= 4; ++worker)
            awaitAnswers(node, worker, 3);
        CPPUNIT_ASSERT(node.discovery().nodes().empty());
        for (const char* const gauge :
             {"waymark_discv4_table_nodes", "waymark_discv4_endpoint_proofs", "waymark_discv4_pending_pings"})
            CPPUNIT_ASSERT_EQUAL(0.0, node.metric(gauge));
        const auto exposed = node.host().services().get<observe::MetricRegistry>().expose();
        for (const char* const counter :
             {"waymark_discv4_packets_received_total{", "waymark_discv4_packets_sent_total{",
              "waymark_discv4_packets_dropped_total{"}) {
            std::size_t series = 0;
            for (std::size_t at = exposed.find(counter); at != std::string::npos;
                 at = exposed.find(counter, at + 1)) {
                const std::string line = exposed.substr(at, exposed.find('\n', at) - at);
                CPPUNIT_ASSERT_MESSAGE(line, line.ends_with(" 0"));
                ++series;
            }
            CPPUNIT_ASSERT(series > 0);
        }
    }

    void wildcardsAreAskedOnLoopback()
    {
        for (const char* const listen : {"0.0.0.0:0", "[::]:0"}) {
            LinkedBootnode node(
                testkit::Properties{{"discv4.listen", listen}, {"discv4.probe-interval", "100ms"}});
            awaitAnswers(node, 1, 2);
            awaitHealth(node);
        }
    }

    void tellsWhichWorkerIsMuteUntilItAnswers()
    {
        LinkedBootnode node(fourWorkers);
        for (unsigned worker = 1; worker <= 4; ++worker)
            awaitAnswers(node, worker, 1);
        Swallower mute(2);
        auto attached = transportOf(node)->attach(mute, 0);
        const std::string expected =
            "worker 3 of 4 on " + node.udp().toString() + " has not answered its own ping for ";
        // A busy machine may make the others late as well, for a round.
        node.awaitUntil("only that one is told of", [&] {
            const auto reason = healthOf(node).reason;
            return reason.starts_with(expected) && reason.ends_with(" s");
        });
        attached.reset();
        awaitHealth(node);
    }

    void tellsOfWorkersThatWereMuteFromTheStart()
    {
        testkit::Properties off = fourWorkers;
        off["discv4.probe-interval"] = "0s";
        LinkedBootnode node(off);
        Swallower first(0);
        Swallower third(2);
        auto one = transportOf(node)->attach(first, 0);
        auto three = transportOf(node)->attach(third, 0);
        CPPUNIT_ASSERT(node.reload({{"discv4.probe-interval", "100ms"}}));
        const std::string expected = "worker 1 of 4 on " + node.udp().toString();
        node.awaitUntil("both are told of", [&] {
            const auto reason = healthOf(node).reason;
            return reason.starts_with(expected) && reason.ends_with(" s, nor have 1 more");
        });
        one.reset();
        three.reset();
        awaitHealth(node);
    }

    void aMuteWorkerWhoseHeartBeatsStopsNoWatchdog()
    {
        LinkedBootnode node(fourWorkers);
        Swallower mute(1);
        const auto attached = transportOf(node)->attach(mute, 0);
        awaitFailure(node);
        const auto since = std::chrono::steady_clock::now();
        // What feeds the watchdog: all hearts beat after the node was found to be mute.
        node.awaitUntil("heartbeats",
                        [&] { return std::chrono::steady_clock::now() - node.host().silence() > since; });
        CPPUNIT_ASSERT(healthOf(node).status == observe::HealthStatus::failed);
    }

    void limitsHoldUpNoOwnPing()
    {
        testkit::Properties narrow = fourWorkers;
        narrow.insert({{"discv4.address-rate", "1"},
                       {"discv4.address-burst", "1"},
                       {"discv4.prefix-rate", "1"},
                       {"discv4.prefix-burst", "1"},
                       {"discv4.answer-rate", "1"},
                       {"discv4.answer-burst", "1"}});
        LinkedBootnode node(narrow);
        awaitRoundsWithoutDrops(node, {"rate_limited", "known_limited", "budget_used"});
    }

    void listsHoldUpNoOwnPing()
    {
        testkit::Properties closed = fourWorkers;
        closed.insert({{"discv4.deny", "127.0.0.0/8"}, {"discv4.netrestrict", "10.0.0.0/8"}});
        LinkedBootnode node(closed);
        awaitRoundsWithoutDrops(node, {"denied"});
    }

    void aFrozenNodeIsNotHealthy()
    {
        LinkedBootnode node(fourWorkers);
        for (unsigned worker = 1; worker <= 4; ++worker)
            awaitAnswers(node, worker, 1);
        node.freeze();
        node.awaitUntil("all of them are mute",
                        [&] { return healthOf(node).reason.ends_with(" s, nor have 3 more"); });
        node.thaw();
        awaitHealth(node);
    }

    void isTurnedOnAndOffByReload()
    {
        testkit::Properties properties = fourWorkers;
        properties["discv4.probe-interval"] = "0s";
        LinkedBootnode node(properties);
        const auto received = [&] {
            return node.metric("waymark_udp_datagrams_received_total", {{"listen", node.udp().toString()}});
        };
        UdpClient client(2, node::IpAddress::v4(127, 0, 0, 1));
        CPPUNIT_ASSERT(client.bond(node.udp()));
        CPPUNIT_ASSERT(received() <= static_cast<double>(client.sent()));
        CPPUNIT_ASSERT(node.reload({{"discv4.probe-interval", "50ms"}}));
        awaitAnswers(node, 4, 3);
        Swallower mute(3);
        const auto attached = transportOf(node)->attach(mute, 0);
        awaitFailure(node);
        CPPUNIT_ASSERT(node.reload({{"discv4.probe-interval", "0s"}}));
        CPPUNIT_ASSERT(healthOf(node).status == observe::HealthStatus::ok);
    }

    void jumpsOfTheClockAreNoSilence()
    {
        testkit::BootnodeOptions options;
        options.properties.insert({{"discv4.probe-interval", "100ms"},
                                   {"waymark.plugins", "registry-memory, discv4"},
                                   {"http-api.listen", ""}});
        options.linkedPlugins = {waymark_static_plugin_registry_memory(), waymark_static_plugin_discv4()};
        options.manualTime = true;
        testkit::Bootnode node(std::move(options));
        const auto answers = [&] {
            return node.metric("waymark_discv4_probes_total",
                               {{"listen", node.udp().toString()}, {"worker", "1"}, {"result", "answered"}});
        };
        for (int hour = 0; hour < 5; ++hour) {
            const double before = answers();
            node.advance(std::chrono::hours(1));
            node.awaitUntil("an answer", [&] { return answers() > before; });
            CPPUNIT_ASSERT_EQUAL(std::string(), healthOf(node).reason);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProbeTest);

} // namespace waymark::discv4::testing
