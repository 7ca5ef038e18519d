#include "FakeServer.h"
#include "TestServer.h"
#include "commands/PeersAddCommand.h"
#include "commands/PeersGetCommand.h"
#include "commands/PeersListCommand.h"
#include "commands/PeersWatchCommand.h"

#include <waymark/testkit/ManualClock.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

/// What the commands show people, and programs.
class TablesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TablesTest);
    CPPUNIT_TEST(errorsStandOnLinesOfTheirOwn);
    CPPUNIT_TEST(programsGetErrorsAsAColumn);
    CPPUNIT_TEST(idsHaveAsManyDigitsAsFit);
    CPPUNIT_TEST(leasesWithoutAnEndNeverExpire);
    CPPUNIT_TEST(changesHaveTheSameColumnsEverywhere);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::size_t narrow = 80;

    SystemClock _clock;
    std::string _out;
    std::string _error;
    std::string _input;

    int ask(const TestServer& server, plugin::Command&& command, std::vector<std::string> words,
            bool terminal, std::size_t width = narrow)
    {
        words.insert(words.end(), {"--url", "http://" + server.endpoint().toString()});
        return run(std::move(command), std::move(words), terminal, width);
    }
    int run(plugin::Command&& command, std::vector<std::string> words, bool terminal,
            std::size_t width = narrow)
    {
        std::istringstream in(_input);
        std::ostringstream out;
        std::ostringstream error;
        plugin::CommandContext context{std::move(words), in, out, error, terminal};
        context.width = width;
        const int code = command.run(context);
        _out = out.str();
        _error = error.str();
        return code;
    }
    static void assertHas(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }
    static std::string id() { return testKey(2).hex(); }
    static void add(const TestServer& server)
    {
        CPPUNIT_ASSERT_EQUAL(
            201, server.post(R"({"id":")" + id() + R"(","ip":"10.0.1.5","labels":{"name":"a b"}})").status);
    }
    void takeTwo()
    {
        _input = R"({"id":")" + id() + R"(","ip":"10.0.1.x"})" + '\n';
        _input += R"({"id":")" + id() + R"(","ip":"10.0.1.5"})" + '\n';
    }

    void errorsStandOnLinesOfTheirOwn()
    {
        TestServer server;
        server.start();
        takeTwo();
        CPPUNIT_ASSERT_EQUAL(65, ask(server, PeersAddCommand(_clock), {"-"}, true));
        assertHas(_out, "    2     201  created  " + id().substr(0, 8) + '\n');
        CPPUNIT_ASSERT_MESSAGE(_out, _out.find("ERROR") == std::string::npos);
        assertHas(_error,
                  "http-api peers add: entry 1: ip: '10.0.1.x' is no IP address, such as 192.168.1.2 or "
                  "2001:db8::1\n");
        assertHas(_error, "http-api peers add: 1 of 2 was not taken\n");
    }

    void programsGetErrorsAsAColumn()
    {
        TestServer server;
        server.start();
        takeTwo();
        CPPUNIT_ASSERT_EQUAL(65, ask(server, PeersAddCommand(_clock), {"-"}, false));
        assertHas(_out, "1\t422\t-\t-\tip: '10.0.1.x' is no IP address");
        assertHas(_out, "\n2\t201\tcreated\t0x" + id() + "\t-\n");
        CPPUNIT_ASSERT_EQUAL(std::string("http-api peers add: 1 of 2 was not taken\n"), _error);
        takeTwo();
        CPPUNIT_ASSERT_EQUAL(65, ask(server, PeersAddCommand(_clock), {"-", "--json"}, true));
        assertHas(_out, R"("status":422,"outcome":null,"id":null,"error":"ip: )");
    }

    void idsHaveAsManyDigitsAsFit()
    {
        TestServer server;
        server.start();
        add(server);
        CPPUNIT_ASSERT_EQUAL(0, ask(server, PeersListCommand(_clock), {}, true, 60));
        assertHas(_out, "\n" + id().substr(0, 8) + "  api ");
        for (const std::size_t width : {80U, 100U, 300U}) {
            CPPUNIT_ASSERT_EQUAL(0, ask(server, PeersListCommand(_clock), {}, true, width));
            const auto line = _out.substr(_out.find('\n') + 1);
            const auto digits = line.find(' ');
            assertHas(line, id().substr(0, digits) + "  api ");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(_out, std::min<std::size_t>(128, width - (line.size() - 1 - digits)),
                                         digits);
            assertHas(line, "  name=\"a b\"\n"); // nothing is cut for it
        }
    }

    void leasesWithoutAnEndNeverExpire()
    {
        TestServer server;
        server.start();
        add(server);
        CPPUNIT_ASSERT_EQUAL(0, ask(server, PeersListCommand(_clock), {}, true));
        assertHas(_out, "  never ");
        CPPUNIT_ASSERT_EQUAL(0, ask(server, PeersGetCommand(), {id()}, true));
        assertHas(_out, "expires     never\n");
        CPPUNIT_ASSERT_EQUAL(0, ask(server, PeersListCommand(_clock), {}, false));
        assertHas(_out, "0x" + id() + "\tapi\t10.0.1.5\t30303\t30303\t-\t-\tname=\"a b\"\n");
        CPPUNIT_ASSERT_EQUAL(0, ask(server, PeersGetCommand(), {id()}, false));
        assertHas(_out, "\nexpires\t-\n");
        CPPUNIT_ASSERT_EQUAL(0, ask(server, PeersGetCommand(), {id(), "--json"}, false));
        assertHas(_out, R"("expires_at":null)");
    }

    /// What a daemon tells that has other things to do afterwards.
    static FakeServer::Speak changes()
    {
        const std::string stream =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
            "event: revision\nid: 5f0ceb44e0d54175-1\ndata: {}\n\n"
            "event: put\nid: 5f0ceb44e0d54175-2\ndata: {\"cause\":\"change\",\"id\":\"0x" +
            id() + "\",\"peer\":{\"id\":\"0x" + id() +
            "\",\"ip\":\"10.0.1.7\",\"tcp_port\":30303,\"udp_port\":30397,\"labels\":{\"name\":\"a\"}}}\n\n";
        return [stream, count = 0](int descriptor) mutable {
            FakeServer::say(descriptor,
                            count++ == 0 ? stream : FakeServer::answer("403 Forbidden", R"({"error":"no"})"));
        };
    }

    void changesHaveTheSameColumnsEverywhere()
    {
        const testkit::ManualClock clock;
        const FakeServer server(changes());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 77,
                                     run(PeersWatchCommand(clock), {"--url", server.url()}, true));
        CPPUNIT_ASSERT_EQUAL(
            std::string("TIME      EVENT     CAUSE   ID        IP               TCP    UDP  LABELS\n"
                        "03:33:20  revision  -       -         -                  -      -  -\n"
                        "03:33:20  put       change  c6047f94  10.0.1.7       30303  30397  name=a\n"),
            _out);
        assertHas(_error, "what happens from here on: --after 5f0ceb44e0d54175-2\n");
        const FakeServer again(changes());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 77,
                                     run(PeersWatchCommand(clock), {"--url", again.url()}, false));
        CPPUNIT_ASSERT_EQUAL("2033-05-18T03:33:20Z\trevision\t-\t-\t-\t-\t-\t-\t5f0ceb44e0d54175-1\n"
                             "2033-05-18T03:33:20Z\tput\tchange\t0x" +
                                 id() + "\t10.0.1.7\t30303\t30397\tname=a\t5f0ceb44e0d54175-2\n",
                             _out);
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find("--after") == std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TablesTest);

} // namespace waymark::httpapi
