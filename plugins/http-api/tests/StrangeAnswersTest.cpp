#include "FakeServer.h"
#include "commands/PeersAddCommand.h"
#include "commands/PeersGetCommand.h"
#include "commands/PeersListCommand.h"
#include "commands/PeersWatchCommand.h"
#include "commands/StatusCommand.h"

#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <sstream>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// Commands against servers that are no daemon, or one that is not well.
class StrangeAnswersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(StrangeAnswersTest);
    CPPUNIT_TEST(statusIsOneWhereTheDaemonIsNotWell);
    CPPUNIT_TEST(statusOfSomethingElseIs69);
    CPPUNIT_TEST(whatIsNoPeerIsRefused);
    CPPUNIT_TEST(pagesThatGoInCirclesEnd);
    CPPUNIT_TEST(linkLeadsNowhereElse);
    CPPUNIT_TEST(whatStrangersWroteMovesNoTerminal);
    CPPUNIT_TEST(endlessHeadersEnd);
    CPPUNIT_TEST(brokenStreamsAreRefused);
    CPPUNIT_TEST(refusalsHaveTheirExitCodes);
    CPPUNIT_TEST(numbersThatNobodyCanReadAreRefused);
    CPPUNIT_TEST(otherNumbersOfResultsAreRefused);
    CPPUNIT_TEST_SUITE_END();

    std::string _out;
    std::string _error;

    int ask(const FakeServer& server, plugin::Command&& command, std::vector<std::string> words = {})
    {
        words.insert(words.end(), {"--url", server.url()});
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        const int code = command.run({std::move(words), in, out, error});
        _out = out.str();
        _error = error.str();
        return code;
    }
    void assertSays(const std::string& text) const
    {
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find(text) != std::string::npos);
    }

    SystemClock _clock;
    const std::string _id = testkit::testKey(2).publicKey().hex();

    void statusIsOneWhereTheDaemonIsNotWell()
    {
        const FakeServer server(FakeServer::answer(
            "503 Service Unavailable",
            R"({"status":"failed","checks":[{"name":"discv4","status":"failed","reason":"mute\u001b[2J"},{"name":"http-api","status":"ok"}]})"));
        CPPUNIT_ASSERT_EQUAL(1, ask(server, StatusCommand(_clock), {"--probe"}));
        CPPUNIT_ASSERT_EQUAL(std::string("health\tfailed\nchecks\tdiscv4=failed http-api=ok\n"), _out);
        CPPUNIT_ASSERT_EQUAL(std::string("http-api status: discv4 is failed: mute?[2J\n"), _error);
    }

    void statusOfSomethingElseIs69()
    {
        for (const char* answer : {"200 OK", "404 Not Found", "503 Service Unavailable"}) {
            const FakeServer server(FakeServer::answer(answer, "<h1>Hello</h1>"));
            CPPUNIT_ASSERT_EQUAL(69, ask(server, StatusCommand(_clock), {"--probe"}));
            CPPUNIT_ASSERT_EQUAL(std::string(), _out);
        }
    }

    void whatIsNoPeerIsRefused()
    {
        for (const char* body : {"", "[]", "{}", R"({"id":5})", R"({"id":"a","tcp_port":-1})",
                                 R"({"id":"a","labels":[1]})", R"({"id":"a","origins":"api"})", "{\"id\":"}) {
            const FakeServer server(FakeServer::answer("200 OK", body));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(body, 65, ask(server, PeersGetCommand(), {_id}));
            CPPUNIT_ASSERT_EQUAL(std::string(), _out);
        }
        const FakeServer elsewhere(FakeServer::answer("404 Not Found", "<h1>Not Found</h1>"));
        CPPUNIT_ASSERT_EQUAL(65, ask(elsewhere, PeersGetCommand(), {_id}));
    }

    void pagesThatGoInCirclesEnd()
    {
        const FakeServer server(FakeServer::answer(
            "200 OK\r\nLink: </peers?limit=1000&cursor=0x" + _id + ">; rel=\"next\"", R"([{"id":"a"}])"));
        CPPUNIT_ASSERT_EQUAL(65, ask(server, PeersListCommand(_clock)));
        assertSays("in circles");
    }

    void linkLeadsNowhereElse()
    {
        FakeServer server(FakeServer::answer(
            "200 OK\r\nLink: <http://elsewhere.example/secret?cursor=0x" + _id + ">; rel=\"next\"", "[]"));
        CPPUNIT_ASSERT_EQUAL(65, ask(server, PeersListCommand(_clock)));
        const std::string& asked = server.stop();
        CPPUNIT_ASSERT_MESSAGE(asked, asked.find("GET /peers?limit=1000&cursor=0x") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(asked, asked.find("secret") == std::string::npos);
    }

    void whatStrangersWroteMovesNoTerminal()
    {
        const FakeServer server(FakeServer::answer(
            "200 OK", R"([{"id":"\u001b]0;a\u0007","ip":"\u009b2J","labels":{"a\nb":"\u001b[1m"}}])"));
        CPPUNIT_ASSERT_EQUAL(0, ask(server, PeersListCommand(_clock)));
        CPPUNIT_ASSERT_MESSAGE(_out, _out.find('\x1b') == std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::string("?]0;a?\t-\t?2J\t-\t-\t-\t-\t\"a\\nb\"=\"\\u001B[1m\"\n"), _out);
        CPPUNIT_ASSERT_EQUAL(0, ask(server, PeersListCommand(_clock), {"--json"}));
        CPPUNIT_ASSERT_MESSAGE(_out, _out.find('\x1b') == std::string::npos);
    }

    void endlessHeadersEnd()
    {
        const FakeServer server([](int descriptor) {
            FakeServer::say(descriptor, "HTTP/1.1 200 OK\r\n");
            while (FakeServer::say(descriptor, "X-More: and more\r\n")) {
            }
        });
        CPPUNIT_ASSERT_EQUAL(69, ask(server, PeersListCommand(_clock)));
    }

    void brokenStreamsAreRefused()
    {
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
        for (const std::string& stream :
             {std::string("data: {}\n\n"), std::string("id: nonsense\ndata: {}\n\n"),
              "data: " + std::string(2000000, 'x')}) {
            const FakeServer server(head + stream);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 65, ask(server, PeersWatchCommand(_clock)));
        }
    }

    void numbersThatNobodyCanReadAreRefused()
    {
        for (const char* number : {"18446744073709551618", "1e999", "2.5", "-1"}) {
            const FakeServer server(FakeServer::answer("200 OK", R"({"id":"a","ip":"10.0.1.5","tcp_port":)" +
                                                                     std::string(number) + '}'));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(number, 65, ask(server, PeersGetCommand(), {_id}));
            CPPUNIT_ASSERT_EQUAL(std::string(), _out);
        }
    }

    /// Nobody knows what became of which then.
    void otherNumbersOfResultsAreRefused()
    {
        const testkit::TemporaryFolder folder;
        const auto file = folder.write("nodes", "enode://" + _id + "@10.0.1.5:30303\n").string();
        for (const char* body :
             {"{}", R"({"results":[]})", R"({"results":5})",
              R"({"results":[{"status":201,"id":"a"},{"status":201,"id":"b"},{"status":201,"id":"c"}]})"}) {
            const FakeServer server(FakeServer::answer("200 OK", body));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(body, 65, ask(server, PeersAddCommand(_clock), {file}));
            CPPUNIT_ASSERT_EQUAL(std::string(), _out);
            assertSays(": 1 of 1 w");
            assertSays(" not confirmed\n");
        }
    }

    void refusalsHaveTheirExitCodes()
    {
        using Case = std::pair<const char*, int>;
        for (const auto& [status, code] :
             {Case{"401 Unauthorized", 77}, Case{"403 Forbidden", 77}, Case{"429 Too Many", 69},
              Case{"500 Internal", 70}, Case{"503 Unavailable", 69}, Case{"400 Bad Request", 65}}) {
            const FakeServer server(FakeServer::answer(status, R"({"error":"so it is"})"));
            CPPUNIT_ASSERT_EQUAL(code, ask(server, PeersListCommand(_clock)));
            assertSays(server.url() + ": so it is");
            CPPUNIT_ASSERT_EQUAL(code, ask(server, PeersWatchCommand(_clock)));
            CPPUNIT_ASSERT_EQUAL(code, ask(server, PeersWatchCommand(_clock), {"--list"}));
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StrangeAnswersTest);

} // namespace waymark::httpapi
