#include "Daemon.h"
#include "TestTokens.h"

#include <cppunit/extensions/HelperMacros.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// The plugin as the daemon loads it, with registry-memory behind it.
class HttpDaemonTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HttpDaemonTest);
    CPPUNIT_TEST(registersAndRemovesThroughALoadedRegistry);
    CPPUNIT_TEST(healthListsEveryPlugin);
    CPPUNIT_TEST(secondDaemonOnThePortExits69);
    CPPUNIT_TEST(terminatesWithConnectionsOpen);
    CPPUNIT_TEST(beyondLoopbackWithoutCredentialsExits78);
    CPPUNIT_TEST(brokenTokenFileExits78AndOneThatOthersWriteExits77);
    CPPUNIT_TEST(tokensAreReadAgainOnHup);
    CPPUNIT_TEST(tokensOfTheCommandLineAreGood);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* id = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                                      "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

    void registersAndRemovesThroughALoadedRegistry()
    {
        Daemon daemon;
        const auto made = HttpClient::request(daemon.endpoint(), "POST", "/peers",
                                              R"({"id":")" + std::string(id) + R"(","ip":"10.0.1.5"})");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(made.body, 201, made.status);
        const auto node = HttpClient::request(daemon.endpoint(), "GET", "/");
        CPPUNIT_ASSERT(node.body.find("\"registered_peers\":1,") != std::string::npos);
        CPPUNIT_ASSERT(node.body.find(daemon.endpoint().toString()) != std::string::npos);
        const std::string path = "/peers/0x" + std::string(id);
        CPPUNIT_ASSERT_EQUAL(made.body, HttpClient::request(daemon.endpoint(), "GET", path).body);
        CPPUNIT_ASSERT_EQUAL(200, HttpClient::request(daemon.endpoint(), "DELETE", path).status);
        CPPUNIT_ASSERT_EQUAL(404, HttpClient::request(daemon.endpoint(), "GET", path).status);
    }

    void healthListsEveryPlugin()
    {
        Daemon daemon;
        const auto health = HttpClient::request(daemon.endpoint(), "GET", "/health");
        CPPUNIT_ASSERT_EQUAL(200, health.status);
        CPPUNIT_ASSERT(health.body.find("\"http-api\"") != std::string::npos);
        CPPUNIT_ASSERT(health.body.find("\"registry-memory\"") != std::string::npos);
    }

    void secondDaemonOnThePortExits69()
    {
        Daemon first;
        const std::string taken = first.endpoint().toString();
        const testkit::TemporaryFolder folder;
        auto properties = Daemon::properties();
        properties["http-api.listen"] = taken;
        testkit::Process second(testkit::Daemon::program(),
                                testkit::Daemon::arguments(folder.path(), properties));
        CPPUNIT_ASSERT(second.waitForExit() == 69);
        CPPUNIT_ASSERT(second.output().find(taken) != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(200, HttpClient::request(first.endpoint(), "GET", "/").status);
    }

    void terminatesWithConnectionsOpen()
    {
        Daemon daemon;
        HttpClient idle(daemon.endpoint());
        HttpClient half(daemon.endpoint());
        idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read();
        half.send("GET / HTTP/1.1\r\nHost: a\r\n");
        daemon.process().signal(SIGTERM);
        CPPUNIT_ASSERT(daemon.process().waitForExit() == 0);
    }

    /// Starts a waymarkd that must not come up, and returns what it printed.
    static std::string refused(int code, const testkit::Properties& properties,
                               const std::vector<std::string>& options = {})
    {
        const testkit::TemporaryFolder folder;
        auto arguments = testkit::Daemon::arguments(folder.path(), Daemon::properties(properties));
        arguments.insert(arguments.end(), options.begin(), options.end());
        testkit::Process process(testkit::Daemon::program(), arguments);
        const auto exit = process.waitForExit();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(process.output(), code, exit.value_or(-1));
        return process.output();
    }

    static void assertMentions(const std::string& output, const std::string& text)
    {
        CPPUNIT_ASSERT_MESSAGE(output, output.find(text) != std::string::npos);
    }

    void beyondLoopbackWithoutCredentialsExits78()
    {
        for (const auto& options : {std::vector<std::string>{}, {"--check-config"}}) {
            const auto output = refused(78, {{"http-api.listen", "0.0.0.0:0"}}, options);
            assertMentions(output, "http-api.listen: 0.0.0.0:0 can be reached from other hosts");
            assertMentions(output, "http-api.allow-anonymous = true");
            assertMentions(refused(78,
                                   {{"http-api.listen", "0.0.0.0:0"}, {"http-api.allow-anonymous", "true"}},
                                   options),
                           "http-api.registration = open");
            assertMentions(refused(78, {{"http-api.registration", "token"}}, options), "http-api.tokens");
        }
    }

    void brokenTokenFileExits78AndOneThatOthersWriteExits77()
    {
        const TestTokens tokens;
        tokens.write("nothing of the kind\n");
        assertMentions(refused(78, {{"http-api.tokens", tokens.file()}}), tokens.file() + ": line 1: ");
        tokens.write(TestTokens::all(), 0622);
        assertMentions(refused(77, {{"http-api.tokens", tokens.file()}}), "chmod go-w " + tokens.file());
    }

    static int statusOf(const Daemon& daemon, const std::string& token)
    {
        return HttpClient::request(daemon.endpoint(), "GET", "/peers", std::nullopt,
                                   TestTokens::bearer(token))
            .status;
    }

    void tokensAreReadAgainOnHup()
    {
        const TestTokens tokens;
        Daemon daemon({}, {{"http-api.tokens", tokens.file()}});
        CPPUNIT_ASSERT_EQUAL(200, statusOf(daemon, "read-token"));
        tokens.write("broken\n");
        daemon.process().signal(SIGHUP);
        assertMentions(daemon.process().expectLine("config.problem"), tokens.file() + ": line 1: ");
        daemon.process().expectLine("config.reload_refused");
        CPPUNIT_ASSERT_EQUAL(200, statusOf(daemon, "read-token"));
        tokens.write(TestTokens::line("read", "new-token", ""));
        daemon.process().signal(SIGHUP);
        daemon.process().expectLine("config.reloaded");
        CPPUNIT_ASSERT_EQUAL(401, statusOf(daemon, "read-token"));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(daemon, "new-token"));
    }

    void tokensOfTheCommandLineAreGood()
    {
        testkit::Process command(
            std::filesystem::path(testkit::Daemon::program()).replace_filename("waymark"),
            {"token", "new", "--role", "register", "--label", "ci"});
        CPPUNIT_ASSERT(command.waitForExit() == 0);
        const std::string output = command.output();
        const auto end = output.find('\n');
        const TestTokens tokens;
        tokens.write(output.substr(end + 1));
        const Daemon daemon({}, {{"http-api.tokens", tokens.file()}});
        CPPUNIT_ASSERT_EQUAL(200, statusOf(daemon, output.substr(0, end)));
        CPPUNIT_ASSERT_EQUAL(401, statusOf(daemon, "read-token"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpDaemonTest);

} // namespace waymark::httpapi
