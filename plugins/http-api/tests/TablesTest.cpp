#include "TestServer.h"
#include "commands/PeersAddCommand.h"
#include "commands/PeersGetCommand.h"
#include "commands/PeersListCommand.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
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
};

CPPUNIT_TEST_SUITE_REGISTRATION(TablesTest);

} // namespace waymark::httpapi
