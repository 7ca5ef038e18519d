#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <csignal>
#include <filesystem>

namespace waymark
{

using testkit::Daemon;
using testkit::Process;
using testkit::Properties;
using testkit::TemporaryFolder;

/// What a whole bootnode does that finds its place taken or its files damaged, and when it is told to reload.
class StartAndStopTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(StartAndStopTest);
    CPPUNIT_TEST(aDiscoveryPortInUseExits69);
    CPPUNIT_TEST(anHttpPortInUseExits69AndLeavesNothingRunning);
    CPPUNIT_TEST(aDatabaseInUseExits75);
    CPPUNIT_TEST(aCorruptDatabaseExits65);
    CPPUNIT_TEST(aDamagedKeyExits77AndIsKept);
    CPPUNIT_TEST(reloadTakesOverWhatItMay);
    CPPUNIT_TEST(refusedReloadChangesNothing);
    CPPUNIT_TEST_SUITE_END();

    static const Properties& sqlite()
    {
        static const Properties properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}};
        return properties;
    }

    /// Starts a waymarkd that must not come up, and returns what it printed.
    static std::string refused(int expectedCode, const TemporaryFolder& folder, const Properties& properties)
    {
        Process process(Daemon::program(), Daemon::arguments(folder.path(), properties));
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(process.output(), expectedCode, code.value_or(-1));
        return process.output();
    }

    static void assertMentions(const std::string& output, const std::string& text)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + text + "' is not in:\n" + output,
                               output.find(text) != std::string::npos);
    }

    void aDiscoveryPortInUseExits69()
    {
        const TemporaryFolder folder;
        const TemporaryFolder other;
        const Daemon daemon(folder.path(), {});
        const auto where = daemon.info()->getValue<std::string>("discovery_addr");
        for (const char* workers : {"1", "2"}) {
            const auto output = refused(69, other, {{"discv4.listen", where}, {"discv4.workers", workers}});
            assertMentions(output, "discv4.listen: UDP " + where + " is in use");
            assertMentions(output, "ss -ulpn");
        }
    }

    void anHttpPortInUseExits69AndLeavesNothingRunning()
    {
        const TemporaryFolder folder;
        const TemporaryFolder other;
        Daemon daemon(folder.path(), {});
        const auto where = daemon.info()->getValue<std::string>("http_addr");
        const auto output = refused(69, other, {{"http-api.listen", where}});
        assertMentions(output, "http-api.listen = " + where + ": the port is in use");
        assertMentions(output, "ss -tlpn");
        // The refused one let its own sockets and files go: another daemon takes them over.
        const Daemon successor(other.path(), {});
        CPPUNIT_ASSERT_EQUAL(200, successor.rest().get("/health").status);
    }

    void aDatabaseInUseExits75()
    {
        const TemporaryFolder folder;
        const Daemon daemon(folder.path(), sqlite());
        const auto file = (folder.path() / "state/registry.db").string();
        auto second = sqlite();
        second["registry-sqlite.file"] = file;
        const TemporaryFolder other;
        assertMentions(refused(75, other, second), file);
        assertMentions(refused(75, folder, sqlite()), "waymark.state-dir");
        CPPUNIT_ASSERT_EQUAL(200, daemon.rest().get("/peers").status);
    }

    void aCorruptDatabaseExits65()
    {
        const TemporaryFolder folder;
        const auto file = folder.write("state/registry.db", std::string(8192, 'x'));
        assertMentions(refused(65, folder, sqlite()), "registry.db");
        CPPUNIT_ASSERT_EQUAL(std::uintmax_t{8192}, std::filesystem::file_size(file));
    }

    void aDamagedKeyExits77AndIsKept()
    {
        const TemporaryFolder folder;
        const auto file = folder.write("state/node.key", "these are no hex digits");
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        const auto output = refused(77, folder, {});
        assertMentions(output, "node.key");
        CPPUNIT_ASSERT(output.find("these are") == std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::uintmax_t{23}, std::filesystem::file_size(file));
    }

    void reloadTakesOverWhatItMay()
    {
        const TemporaryFolder folder;
        Daemon daemon(folder.path(), {});
        Daemon::arguments(folder.path(), {{"waymark.log.level", "info,discv4=debug"}});
        daemon.process().signal(SIGHUP);
        daemon.process().expectLine("config.reloaded");
        CPPUNIT_ASSERT_EQUAL(200, daemon.rest().get("/health").status);
    }

    void refusedReloadChangesNothing()
    {
        const TemporaryFolder folder;
        Daemon daemon(folder.path(), {});
        Daemon::arguments(folder.path(), {{"discv4.lookup-interval", "soon"}});
        daemon.process().signal(SIGHUP);
        const auto line = daemon.process().expectLine("discv4.lookup-interval");
        CPPUNIT_ASSERT(line.find("soon") != std::string::npos);
        daemon.process().expectLine("config.reload_refused");
        CPPUNIT_ASSERT_EQUAL(200, daemon.rest().get("/health").status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StartAndStopTest);

} // namespace waymark
