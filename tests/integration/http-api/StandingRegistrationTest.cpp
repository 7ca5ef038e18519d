#include "SocketDaemon.h"

#include <Poco/JSON/Object.h>
#include <cppunit/extensions/HelperMacros.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace waymark::httpapi
{

/// waymark register as a sidecar: what a peer in a pod runs beside it.
class StandingRegistrationTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(StandingRegistrationTest);
    CPPUNIT_TEST(staysAndTakesBackAtTerm);
    CPPUNIT_TEST(renewsItsLease);
    CPPUNIT_TEST(registersAgainWithADaemonThatForgot);
    CPPUNIT_TEST(waitsForADaemonThatIsNotThereYet);
    CPPUNIT_TEST(nothingWasRegisteredWithADaemonThatNeverWasThere);
    CPPUNIT_TEST(endsWhenTheDaemonRefusesIt);
    CPPUNIT_TEST(takesTheDaemonsTimeWhereItsOwnIsTooLong);
    CPPUNIT_TEST(leavesItToWhoTookOver);
    CPPUNIT_TEST(onceIsOnce);
    CPPUNIT_TEST_SUITE_END();

    static void assertHas(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }
    static std::vector<std::string> words(const SocketDaemon& daemon,
                                          const std::vector<std::string>& more = {})
    {
        std::vector<std::string> all{"register", "--key", daemon.file("node.key", SocketDaemon::secret(2)),
                                     "--ip", "10.0.1.5"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    static std::string path() { return "/peers/" + SocketDaemon::id(2); }

    void staysAndTakesBackAtTerm()
    {
        for (const char* registration : {"proof", "open"}) {
            const SocketDaemon daemon(testkit::Properties{{"http-api.registration", registration}});
            testkit::Process sidecar(SocketDaemon::program(),
                                     words(daemon, {"--ip", "2a01::1", "--label", "name=v1"}),
                                     daemon.environment());
            sidecar.expectLine("registered at 10.0.1.5:30303");
            const auto peer = daemon.rest().get(path());
            CPPUNIT_ASSERT_EQUAL(200, peer.status);
            assertHas(peer.body, R"("enr":"enr:)");
            assertHas(peer.body, R"("labels":{"name":"v1"})");
            CPPUNIT_ASSERT(!peer.object()->isNull("expires_at"));
            sidecar.signal(SIGTERM);
            CPPUNIT_ASSERT(sidecar.waitForExit() == 0);
            CPPUNIT_ASSERT_EQUAL(404, daemon.rest().get(path()).status);
            CPPUNIT_ASSERT_MESSAGE(sidecar.output(), sidecar.output().ends_with("is taken back\n"));
        }
    }

    /// What it says of a lease that lapses all the same, on a machine that was too busy, is no matter here:
    /// RegistrationKeeperTest has clocks of its own.
    void renewsItsLease()
    {
        const SocketDaemon daemon;
        const testkit::Process sidecar(SocketDaemon::program(), words(daemon, {"--ttl", "3s", "--json"}),
                                       daemon.environment());
        std::set<std::string> ends;
        while (ends.size() < 3)
            if (const auto peer = daemon.rest().get(path()); peer.status == 200)
                ends.insert(peer.object()->getValue<std::string>("expires_at"));
    }

    void registersAgainWithADaemonThatForgot()
    {
        SocketDaemon daemon;
        testkit::Process sidecar(SocketDaemon::program(), words(daemon, {"--ttl", "3s"}),
                                 daemon.environment());
        sidecar.expectLine("registered at");
        daemon.stop();
        sidecar.expectLine("is waymarkd running");
        daemon.start();
        sidecar.expectLine("registered again at 10.0.1.5:30303");
        while (daemon.rest().get(path()).status != 200) // a busy machine may let it lapse once more
            std::this_thread::yield();
        sidecar.signal(SIGINT);
        CPPUNIT_ASSERT(sidecar.waitForExit() == 0);
    }

    void waitsForADaemonThatIsNotThereYet()
    {
        SocketDaemon daemon;
        daemon.stop();
        testkit::Process sidecar(SocketDaemon::program(), words(daemon), daemon.environment());
        sidecar.expectLine("trying again");
        daemon.start();
        sidecar.expectLine("registered at");
        daemon.stop();
        sidecar.signal(SIGTERM);
        CPPUNIT_ASSERT(sidecar.waitForExit() == 69);
        assertHas(sidecar.output(), "could not be taken back, and ends with its lease");
    }

    void nothingWasRegisteredWithADaemonThatNeverWasThere()
    {
        SocketDaemon daemon;
        daemon.stop();
        testkit::Process sidecar(SocketDaemon::program(), words(daemon), daemon.environment());
        sidecar.expectLine("not registered yet, trying again until it is stopped: unix:" + daemon.path());
        sidecar.signal(SIGINT);
        CPPUNIT_ASSERT(sidecar.waitForExit() == 69);
        assertHas(sidecar.output(), "http-api register: nothing was registered: ");
    }

    void endsWhenTheDaemonRefusesIt()
    {
        const SocketDaemon daemon;
        auto special = words(daemon);
        special.back() = "224.0.0.1";
        const auto [output, code] = daemon.run(special);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 65, code);
        assertHas(output, "http-api register: ");
        assertHas(output, "status 422");
    }

    void takesTheDaemonsTimeWhereItsOwnIsTooLong()
    {
        const SocketDaemon daemon({{"http-api.maximum-ttl", "60s"}, {"http-api.default-ttl", "30s"}});
        testkit::Process sidecar(SocketDaemon::program(), words(daemon), daemon.environment());
        sidecar.expectLine("registered at");
        CPPUNIT_ASSERT(!daemon.rest().get(path()).object()->isNull("expires_at"));
        sidecar.signal(SIGTERM);
        CPPUNIT_ASSERT(sidecar.waitForExit() == 0);
        CPPUNIT_ASSERT_EQUAL(65, daemon.run(words(daemon, {"--ttl", "2m"})).second);
    }

    /// As in a rolling update: the new pod is there before the old one goes.
    void leavesItToWhoTookOver()
    {
        const SocketDaemon daemon;
        testkit::Process older(SocketDaemon::program(), words(daemon), daemon.environment());
        older.expectLine("registered at");
        const auto record = [&] {
            return daemon.rest().get(path()).object()->getValue<std::string>("enr");
        };
        // Those who begin in the same second have the same record.
        for (const std::string first = record(); record() == first;)
            CPPUNIT_ASSERT_EQUAL(0, daemon.run(words(daemon, {"--once"})).second);
        older.signal(SIGTERM);
        older.expectLine("it is left as it is");
        CPPUNIT_ASSERT(older.waitForExit() == 0);
        CPPUNIT_ASSERT_EQUAL(200, daemon.rest().get(path()).status);
    }

    void onceIsOnce()
    {
        const SocketDaemon daemon;
        assertHas(daemon.output(words(daemon, {"--once"})), "expires\t-\n");
        CPPUNIT_ASSERT_EQUAL(200, daemon.rest().get(path()).status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StandingRegistrationTest);

} // namespace waymark::httpapi
