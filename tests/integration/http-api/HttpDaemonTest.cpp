#include "Daemon.h"

#include <cppunit/extensions/HelperMacros.h>

#include <csignal>

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
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpDaemonTest);

} // namespace waymark::httpapi
