#include "TestServer.h"
#include "TlsFixture.h"
#include "commands/PeersAddCommand.h"
#include "commands/PeersGetCommand.h"
#include "commands/RegisterCommand.h"
#include "commands/StatusCommand.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

/// What the commands that ask a daemon say where it is not the daemon's turn: in words for who runs them.
class ClientComplaintsTest : public TlsFixture
{
    CPPUNIT_TEST_SUITE(ClientComplaintsTest);
    CPPUNIT_TEST(certificatesAreRefusedWithTheReason);
    CPPUNIT_TEST(healthThatIsNotToldNamesTheUrlOnce);
    CPPUNIT_TEST(entriesThatAreRefusedBreakOnATerminal);
    CPPUNIT_TEST(whatIsNoPeerIsToldWithWhatWouldBeOne);
    CPPUNIT_TEST_SUITE_END();

    std::string _error;

    int run(plugin::Command&& command, const std::vector<std::string>& words, bool isTerminal = false)
    {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        const int code = command.run({words, in, out, error, isTerminal, isTerminal});
        _error = error.str();
        return code;
    }
    void assertSays(const std::string& text) const
    {
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find(text) != std::string::npos);
    }
    std::string key() const { return file("peer.key", testSecret(2) + '\n'); }

    void certificatesAreRefusedWithTheReason()
    {
        const TestAuthority* const ours = &authority;
        const TestAuthority other("Another CA");
        using Issued = TestAuthority::Request;
        for (const auto& [issuer, asked, reason] :
             {std::tuple{ours, Issued{.begins = -48h, .ends = -24h}, "its certificate has expired"},
              std::tuple{ours, Issued{.begins = 24h, .ends = 48h}, "its certificate is not valid yet"},
              std::tuple{ours, Issued{.name = "other.example", .alternativeName = "DNS:other.example"},
                         "its certificate does not name '127.0.0.1'; write a name"},
              std::tuple{&other, Issued{}, "its certificate is of no authority in "}}) {
            install(issuer->issue(asked));
            TestServer server(values({{"registration", "proof"}}));
            server.start();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(reason, 69,
                                         run(RegisterCommand(server.registry.clock),
                                             {"--once", "--key", key(), "--ip", "10.0.1.5", "--url",
                                              "https://" + server.endpoint().toString(), "--ca",
                                              file("trusted.crt", authority.certificate())}));
            assertSays(reason);
        }
    }

    void healthThatIsNotToldNamesTheUrlOnce()
    {
        TestServer server(values());
        server.start();
        const std::string url = "http://" + server.endpoint().toString();
        CPPUNIT_ASSERT_EQUAL(69, run(StatusCommand(server.registry.clock), {"--url", url}));
        CPPUNIT_ASSERT_EQUAL("http-api status: " + url +
                                 ": it does not tell its health: this port speaks TLS: ask for https:// "
                                 "(status 400)\n",
                             _error);
    }

    void entriesThatAreRefusedBreakOnATerminal()
    {
        TestServer server;
        server.start();
        const auto list = file("peers.json", R"([{"id":")" + testKey(2).hex() +
                                                 R"(","ip":"10.0.1.5"},{"id":"c6","ip":"10.0.1.5"}])");
        const std::string url = "http://" + server.endpoint().toString();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 65,
                                     run(PeersAddCommand(server.registry.clock), {list, "--url", url}, true));
        assertSays(
            "http-api peers add: entry 2: id: public key: 128 hex digits are needed, there\n  are 2\n");
        assertSays("http-api peers add: 1 of 2 was not taken\n");
    }

    void whatIsNoPeerIsToldWithWhatWouldBeOne()
    {
        for (const std::string text : {"nope", "zzzz", "0xnope", "c6e"}) {
            CPPUNIT_ASSERT_EQUAL(64, run(PeersGetCommand(), {text}));
            CPPUNIT_ASSERT_EQUAL("http-api peers get: PEER is an enode URL, an ENR, a peer's id in hex, or 4 "
                                 "or more of its first digits, not '" +
                                     text + "'; see --help\n",
                                 _error);
        }
        CPPUNIT_ASSERT_EQUAL(64, run(PeersGetCommand(), {testKey(2).hex() + "00"}));
        assertSays("128 hex digits are needed, there are 130");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClientComplaintsTest);

} // namespace waymark::httpapi
