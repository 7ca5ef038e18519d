#include <waymark/host/Host.h>
#include <waymark/observe/Health.h>
#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>
#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <memory>
#include <vector>

namespace waymark::testkit
{

class BootnodeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BootnodeTest);
    CPPUNIT_TEST(servesWhenItIsMade);
    CPPUNIT_TEST(refusesAsTheDaemonDoes);
    CPPUNIT_TEST(respawnKeepsIdentityAndPorts);
    CPPUNIT_TEST(respawnMayChangeIdentityAndPorts);
    CPPUNIT_TEST(killResetsConnectionsAndKeepsWhatWasAcknowledged);
    CPPUNIT_TEST(killFreesItsPorts);
    CPPUNIT_TEST(setTakesEffectWithTheNextLife);
    CPPUNIT_TEST(killLosesNothingThatWasWritten);
    CPPUNIT_TEST(cutPowerLosesWhatWasNotSynced);
    CPPUNIT_TEST(frozenNodeAnswersWhenItThaws);
    CPPUNIT_TEST(reloadTakesChangesOverOrLeavesTheFile);
    CPPUNIT_TEST(refusedReloadChangesNoPorts);
    CPPUNIT_TEST(manualTimeMovesTheTimers);
    CPPUNIT_TEST(frozenManualTimersRunWhenItThaws);
    CPPUNIT_TEST(awaitTellsWhatDidNotCome);
    CPPUNIT_TEST(manyRunSideBySide);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* peer =
        R"({"id": "0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798)"
        R"(483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",)"
        R"("ip": "10.0.0.1", "tcp_port": 30303})";

    static std::string enodeOf(const Bootnode& node)
    {
        return node.rest().get("/").object()->getValue<std::string>("enode");
    }

    static void sendGarbage(const node::Endpoint& to)
    {
        Poco::Net::DatagramSocket socket;
        const std::array<char, 100> garbage{};
        socket.sendTo(garbage.data(), garbage.size(), Poco::Net::SocketAddress(to.toString()));
    }

    static double garbageCounted(const Bootnode& node)
    {
        return node.metric("waymark_udp_datagrams_received_total", {{"listen", node.udp().toString()}});
    }

    void servesWhenItIsMade()
    {
        const Bootnode node;
        CPPUNIT_ASSERT_EQUAL(node.enode(), enodeOf(node));
        CPPUNIT_ASSERT_EQUAL(200, node.rest().get("/health").status);
        CPPUNIT_ASSERT_EQUAL(std::string("enr:"), node.enr().substr(0, 4));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, node.registry().size());
        CPPUNIT_ASSERT(node.discovery().protocol() == "discv4");
    }

    void refusesAsTheDaemonDoes()
    {
        try {
            const Bootnode node(Properties{{"discv4.lisen", "127.0.0.1:0"}});
            CPPUNIT_FAIL("a misspelt key was taken");
        } catch (const host::HostError& error) {
            CPPUNIT_ASSERT(error.code() == plugin::ExitCode::configuration);
            CPPUNIT_ASSERT(error.lines().front().find("discv4.listen?") != std::string::npos);
        }
    }

    void respawnKeepsIdentityAndPorts()
    {
        Bootnode node;
        const std::string before = node.enode();
        const std::string url = node.rest().url();
        node.stop();
        CPPUNIT_ASSERT(!node.running());
        node.respawn();
        CPPUNIT_ASSERT_EQUAL(url, node.rest().url());
        CPPUNIT_ASSERT_EQUAL(before, enodeOf(node));
    }

    void respawnMayChangeIdentityAndPorts()
    {
        Bootnode node;
        const auto key = node.local().key();
        const Bootnode squatter(Properties{{"discv4.listen", "127.0.0.1:0"}});
        node.respawn(Identity::fresh, Ports::fresh);
        CPPUNIT_ASSERT(node.local().key() != key);
        const auto other = node.local().key();
        node.respawn(Identity::same, Ports::fresh);
        CPPUNIT_ASSERT(node.local().key() == other);
    }

    void killResetsConnectionsAndKeepsWhatWasAcknowledged()
    {
        Bootnode node(Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}});
        CPPUNIT_ASSERT_EQUAL(201, node.rest().post("/peers", peer).status);
        Poco::Net::StreamSocket idle(Poco::Net::SocketAddress(node.rest().url().substr(7)));
        idle.setReceiveTimeout(Poco::Timespan(Bootnode::patience.count(), 0));
        node.kill();
        std::array<char, 16> buffer{};
        CPPUNIT_ASSERT_THROW(idle.receiveBytes(buffer.data(), buffer.size()),
                             Poco::Net::ConnectionResetException);
        node.respawn();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, node.registry().size());
    }

    void killFreesItsPorts()
    {
        Bootnode node;
        const auto url = node.rest().url();
        node.kill();
        CPPUNIT_ASSERT_EQUAL(0, Rest(url).get("/").status);
        CPPUNIT_ASSERT_THROW(node.registry(), std::logic_error);
        // The port is free at once.
        const Poco::Net::DatagramSocket taken(Poco::Net::SocketAddress(node.udp().toString()), false);
    }

    void setTakesEffectWithTheNextLife()
    {
        Bootnode node;
        const auto before = node.udp();
        Poco::Net::DatagramSocket probe(Poco::Net::SocketAddress("127.0.0.1", 0), false);
        const auto chosen = node::Endpoint::parse(probe.address().toString()).value();
        probe.close();
        node.set({{"discv4.listen", chosen.toString()}});
        CPPUNIT_ASSERT(node.udp() == before);
        node.respawn(Identity::same, Ports::fresh);
        CPPUNIT_ASSERT(node.udp() == chosen);
    }

    void killLosesNothingThatWasWritten()
    {
        Bootnode node(Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}});
        node.disk().ignoreSyncs();
        CPPUNIT_ASSERT_EQUAL(201, node.rest().post("/peers", peer).status);
        node.kill();
        node.respawn();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, node.registry().size());
    }

    void cutPowerLosesWhatWasNotSynced()
    {
        Bootnode node(Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}});
        node.disk().ignoreSyncs();
        CPPUNIT_ASSERT_EQUAL(201, node.rest().post("/peers", peer).status);
        node.cutPower();
        node.respawn();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, node.registry().size());
    }

    void frozenNodeAnswersWhenItThaws()
    {
        Bootnode node;
        node.freeze();
        sendGarbage(node.udp());
        CPPUNIT_ASSERT_EQUAL(0, Rest(node.rest().url(), std::chrono::seconds(1)).get("/").status);
        const double before = garbageCounted(node);
        node.thaw();
        CPPUNIT_ASSERT_EQUAL(200, node.rest().get("/").status);
        node.awaitUntil("the datagram that was sent meanwhile", [&] { return garbageCounted(node) > 0; });
        CPPUNIT_ASSERT(before <= 1);
        node.freeze();
        CPPUNIT_ASSERT_THROW(node.reload(), std::logic_error);
    }

    void reloadTakesChangesOverOrLeavesTheFile()
    {
        Bootnode node;
        CPPUNIT_ASSERT(node.reload({{"discv4.lookup-interval", "7s"}}));
        CPPUNIT_ASSERT_EQUAL(std::string("discv4.lookup-interval"),
                             node.await("config.reloaded").fields["changed"]);
        CPPUNIT_ASSERT(!node.reload({{"discv4.lookup-interval", "soon"}}));
        CPPUNIT_ASSERT(node.reload());
        node.respawn();
        CPPUNIT_ASSERT(node.reload({{"discv4.lookup-interval", "8s"}}));
    }

    void refusedReloadChangesNoPorts()
    {
        Bootnode node;
        CPPUNIT_ASSERT(!node.reload({{"discv4.listen", "127.0.0.2:0"}}));
        node.respawn(Identity::same, Ports::fresh);
        CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), node.udp().ip.toString());
    }

    void manualTimeMovesTheTimers()
    {
        Bootnode node({.manualTime = true});
        const std::string health = node.rest().get("/health").body;
        CPPUNIT_ASSERT_MESSAGE(health, health.find("\"status\":\"ok\"") != std::string::npos);
        const auto ticked = node.local().record()->seq();
        CPPUNIT_ASSERT(ticked > 0);
        node.advance(std::chrono::minutes(10));
        CPPUNIT_ASSERT_EQUAL(200, node.rest().get("/health").status);
    }

    void frozenManualTimersRunWhenItThaws()
    {
        Bootnode node({.manualTime = true});
        node.freeze();
        node.advance(std::chrono::minutes(1));
        const auto services = node.host().services();
        const auto& health = services.get<observe::HealthRegistry>();
        CPPUNIT_ASSERT(health.report().front().health.status == observe::HealthStatus::failed);
        node.thaw();
        CPPUNIT_ASSERT_EQUAL(200, node.rest().get("/health").status);
    }

    void awaitTellsWhatDidNotCome()
    {
        Bootnode node;
        try {
            node.await("no.such_event", {}, std::chrono::milliseconds(1));
            CPPUNIT_FAIL("an event came that nobody logs");
        } catch (const AwaitError& error) {
            const std::string message = error.what();
            CPPUNIT_ASSERT(message.find("no.such_event") != std::string::npos);
            CPPUNIT_ASSERT(message.find("host.ready") != std::string::npos);
        }
    }

    void manyRunSideBySide()
    {
        constexpr std::size_t count = 12;
        std::vector<std::unique_ptr<Bootnode>> nodes;
        for (std::size_t i = 0; i < count; ++i)
            nodes.push_back(std::make_unique<Bootnode>());
        nodes.front()->rest().post("/peers", peer);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, nodes.front()->registry().size());
        for (std::size_t i = 1; i < count; ++i) {
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, nodes[i]->registry().size());
            CPPUNIT_ASSERT(nodes[i]->enode() != nodes.front()->enode());
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BootnodeTest);

} // namespace waymark::testkit
