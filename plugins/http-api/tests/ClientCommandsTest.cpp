#include "FakeServer.h"
#include "TestServer.h"
#include "TestTokens.h"
#include "TlsFixture.h"
#include "commands/PeersRemoveCommand.h"
#include "commands/RegisterCommand.h"
#include "commands/VerifyCommand.h"

#include <waymark/node/Enode.h>

#include <cppunit/extensions/HelperMacros.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// The commands that ask a daemon, against one that really serves.
class ClientCommandsTest : public TlsFixture
{
    CPPUNIT_TEST_SUITE(ClientCommandsTest);
    CPPUNIT_TEST(registersWithAProofAndRemovesAgain);
    CPPUNIT_TEST(learnsTheEpochAlsoWhereItMayNotLook);
    CPPUNIT_TEST(sameMayBeAskedTwiceInOneSecond);
    CPPUNIT_TEST(tokenIsSentWhereNoProofIsTaken);
    CPPUNIT_TEST(keysAreNoTokens);
    CPPUNIT_TEST(tokenIsShownToNobodyWhoTakesProofs);
    CPPUNIT_TEST(tokenIsNotSentToMirrors);
    CPPUNIT_TEST(emptyTokenIsNone);
    CPPUNIT_TEST(otherServersDoNotSayThatAPeerIsNotRegistered);
    CPPUNIT_TEST(answersMoveNoTerminal);
    CPPUNIT_TEST(secretKeyIsNeverSent);
    CPPUNIT_TEST(speaksTlsWithServersThatItCanCheck);
    CPPUNIT_TEST(exitCodesSayWhoseTurnItIs);
    CPPUNIT_TEST(goodDocumentsAreGood);
    CPPUNIT_TEST(olderDocumentsAreRefused);
    CPPUNIT_TEST(documentsOfOthersAreRefused);
    CPPUNIT_TEST(wrongArgumentsAre64);
    CPPUNIT_TEST(filesThatAreNotThereAre74);
    CPPUNIT_TEST(placesAreToldWithWhatIsWrong);
    CPPUNIT_TEST(namesThatNobodyHasAreNoMatterOfPorts);
    CPPUNIT_TEST(plainPortsSpeakNoTls);
    CPPUNIT_TEST(helpIs80ColumnsWide);
    CPPUNIT_TEST_SUITE_END();

    TestTokens _tokens;
    std::string _readToken = "waymark_" + std::string(43, 'r');
    std::string _registerToken = "waymark_" + std::string(43, 'w');
    std::string _out;
    std::string _error;

public:
    void setUp() override
    {
        TlsFixture::setUp();
        _tokens.write(TestTokens::line("read", _readToken, "") +
                      TestTokens::line("register", _registerToken, ""));
    }
    void tearDown() override { ::unsetenv("WAYMARK_TOKEN_FILE"); }

private:
    template <class C>
    int run(const TestServer& server, const std::vector<std::string>& words)
    {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        const int code = C(server.registry.clock).run({words, in, out, error, false});
        _out = out.str();
        _error = error.str();
        return code;
    }

    std::string key(unsigned number = 2) const { return file("peer.key", testSecret(number) + '\n'); }
    static std::string url(const TestServer& server, const std::string& path = {})
    {
        return "http://" + server.endpoint().toString() + path;
    }
    int registers(const TestServer& server, std::vector<std::string> more = {"--ip", "10.0.1.5"})
    {
        more.insert(more.begin(), {"--once", "--key", key(), "--url", url(server)});
        return run<RegisterCommand>(server, more);
    }

    void registersWithAProofAndRemovesAgain()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(
            _error, 0,
            registers(server, {"--ip", "10.0.1.5", "--tcp-port", "30304", "--udp-port=30305", "--ttl", "10m",
                               "--json", "--label", "name=a \"b\"=c", "--label", "nodeType=validator"}));
        CPPUNIT_ASSERT_MESSAGE(_out,
                               _out.starts_with(R"({"id":"0x)" + testKey(2).hex() +
                                                R"(","ip":"10.0.1.5","tcp_port":30304,"udp_port":30305)"));
        CPPUNIT_ASSERT_MESSAGE(_out, _out.find(R"("enr":"enr:)") != std::string::npos);
        const auto peer = server.registry.find(node::PeerId(testKey(2)));
        CPPUNIT_ASSERT(peer.has_value());
        CPPUNIT_ASSERT_EQUAL(std::string("a \"b\"=c"), peer->labels.at("name"));
        CPPUNIT_ASSERT_EQUAL(std::string("validator"), peer->labels.at("nodeType"));
        CPPUNIT_ASSERT(server.registry.claims(peer->id).front().lease.ttl == std::chrono::minutes(10));
        const std::vector<std::string> remove{"--key", key(), "--url", url(server)};
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0, run<PeersRemoveCommand>(server, remove));
        CPPUNIT_ASSERT_EQUAL("id\t0x" + testKey(2).hex() + "\nremoved\tyes\n", _out);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, server.registry.size());
        server.registry.clock.advance(std::chrono::seconds(1));
        ::setenv("WAYMARK_URL", url(server).c_str(), 1);
        const int code = run<PeersRemoveCommand>(server, {"--key", key()});
        ::unsetenv("WAYMARK_URL");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0, code);
        CPPUNIT_ASSERT_EQUAL("id\t0x" + testKey(2).hex() + "\nremoved\tit was not registered\n", _out);
    }

    void learnsTheEpochAlsoWhereItMayNotLook()
    {
        TestServer server(Values{{"registration", "proof"}, {"tokens", _tokens.file()}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(401, server.get("/").status);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0, registers(server));
    }

    /// The clock of tests stands still.
    void sameMayBeAskedTwiceInOneSecond()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0, registers(server));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0, registers(server));
    }

    void tokenIsSentWhereNoProofIsTaken()
    {
        TestServer server(Values{{"tokens", _tokens.file()}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(77, registers(server));
        assertSays(url(server) + ": this needs a token with the role register; name the file with the token "
                                 "with --token-file or in WAYMARK_TOKEN_FILE (status 401)\n");
        ::setenv("WAYMARK_TOKEN_FILE", file("token", _registerToken + '\n').c_str(), 1);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0, registers(server));
        ::setenv("WAYMARK_TOKEN_FILE", file("token", _readToken + '\n').c_str(), 1);
        CPPUNIT_ASSERT_EQUAL(77, registers(server)); // known, but not good for it
        const auto unknown = file("unknown", "waymark_" + std::string(43, 'x'));
        CPPUNIT_ASSERT_EQUAL(77, registers(server, {"--ip", "10.0.1.5", "--token-file", unknown}));
        assertSays(url(server) + ": this token is not known here; the token is that in " + unknown +
                   " (--token-file) (status 401)\n");
        ::setenv("WAYMARK_TOKEN_FILE", "/nonexistent", 1);
        CPPUNIT_ASSERT_EQUAL(74, registers(server));
        assertSays("WAYMARK_TOKEN_FILE: /nonexistent");
    }

    void keysAreNoTokens()
    {
        const FakeServer server(FakeServer::answer("200 OK", "{}"));
        const SystemClock clock;
        CPPUNIT_ASSERT_EQUAL(
            77, asks(server, RegisterCommand(clock), {"--once", "--ip", "10.0.1.5", "--token-file", key(3)}));
        assertSays("has no token in its first line");
        CPPUNIT_ASSERT(_error.find(testSecret(3)) == std::string::npos);
    }

    void assertSays(const std::string& part) const
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + _error,
                               _error.find(part) != std::string::npos);
    }

    int asks(const FakeServer& server, plugin::Command&& command, std::vector<std::string> words)
    {
        words.insert(words.end(), {"--key", key(), "--url", server.url()});
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        const int code = command.run({std::move(words), in, out, error, false});
        _out = out.str();
        _error = error.str();
        return code;
    }

    /// Over a connection that anybody may read along.
    void tokenIsShownToNobodyWhoTakesProofs()
    {
        ::setenv("WAYMARK_TOKEN_FILE", file("token", _registerToken + '\n').c_str(), 1);
        FakeServer server(FakeServer::answer("201 Created", R"({"id":"x"})"));
        const SystemClock clock;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0,
                                     asks(server, RegisterCommand(clock), {"--once", "--ip", "10.0.1.5"}));
        const std::string& asked = server.stop();
        CPPUNIT_ASSERT(asked.find("Waymark-Proof") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(asked, asked.find(_registerToken) == std::string::npos);
    }

    void tokenIsNotSentToMirrors()
    {
        TestServer server(Values{{"sign-documents", "true"}, {"tokens", _tokens.file()}});
        server.start();
        ::setenv("WAYMARK_TOKEN_FILE", file("token", _readToken + '\n').c_str(), 1);
        CPPUNIT_ASSERT_EQUAL(77, verifies(server, "/peers.txt"));
        assertSays("or send that of WAYMARK_TOKEN_FILE with --token (status 401)");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0, verifies(server, "/peers.txt", {"--token"}));
        ::unsetenv("WAYMARK_TOKEN_FILE");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(
            _error, 0, verifies(server, "/peers.txt", {"--token-file", file("token", _readToken)}));
    }

    void emptyTokenIsNone()
    {
        const TestServer server;
        ::setenv("WAYMARK_TOKEN_FILE", file("token", "\nregister sha256:\n").c_str(), 1);
        CPPUNIT_ASSERT_EQUAL(77,
                             run<RegisterCommand>(server, {"--once", "--key", key(), "--ip", "10.0.1.5"}));
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find("has no token in its first line") != std::string::npos);
    }

    void otherServersDoNotSayThatAPeerIsNotRegistered()
    {
        const FakeServer server(FakeServer::answer("404 Not Found", "<h1>Not Found</h1>"));
        const SystemClock clock;
        CPPUNIT_ASSERT_EQUAL(65, asks(server, PeersRemoveCommand(clock), {}));
        CPPUNIT_ASSERT_EQUAL("http-api peers remove: " + server.url() + ": DELETE /peers/" +
                                 testKey(2).hex() + ", status 404\n",
                             _error);
    }

    void answersMoveNoTerminal()
    {
        const SystemClock clock;
        const FakeServer good(FakeServer::answer("201 Created", "{\"id\":\"\\u001b[2Jall \xc2\x9b"
                                                                "2Jis \xc3\xa4 well\\r\"}"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0,
                                     asks(good, RegisterCommand(clock), {"--once", "--ip", "10.0.1.5"}));
        CPPUNIT_ASSERT_MESSAGE(_out, _out.starts_with("id\t?[2Jall ?2Jis \xc3\xa4 well?\n"));
        const FakeServer bad(FakeServer::answer("400 Bad Request", R"({"error":"a\u001b[2J\nb"})"));
        CPPUNIT_ASSERT_EQUAL(65, asks(bad, RegisterCommand(clock), {"--once", "--ip", "10.0.1.5"}));
        CPPUNIT_ASSERT_EQUAL("http-api register: " + bad.url() + ": a?[2J?b (status 400)\n", _error);
    }

    /// Whatever the server takes.
    void secretKeyIsNeverSent()
    {
        TestServer server(Values{{"secret-keys", "accept"}});
        std::string seen;
        http::Route route;
        route.method = "POST";
        route.pattern = "/spy/peers";
        route.handler = [&seen](const http::ApiRequest& request) {
            seen = request.body;
            for (const auto& [name, value] : request.headers)
                seen += value;
            return http::ApiResponse::json(201, R"({"id":"x"})");
        };
        const auto added = server.routes.add(std::move(route));
        server.start();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(
            _error, 0,
            run<RegisterCommand>(
                server, {"--once", "--key", key(), "--ip", "10.0.1.5", "--url", url(server, "/spy")}));
        CPPUNIT_ASSERT(seen.find("enr:") != std::string::npos);
        CPPUNIT_ASSERT(seen.find(testSecret(2)) == std::string::npos);
    }

    void speaksTlsWithServersThatItCanCheck()
    {
        TestServer server(values({{"registration", "proof"}}));
        server.start();
        const std::string there = "https://" + server.endpoint().toString();
        const std::vector<std::string> words{"--once", "--key", key(), "--ip", "10.0.1.5", "--url", there};
        CPPUNIT_ASSERT_EQUAL(69, run<RegisterCommand>(server, words));
        assertSays(there + ": its certificate is of no authority that this system trusts; name that one's "
                           "certificate with --ca FILE");
        auto trusting = words;
        trusting.insert(trusting.end(), {"--ca", file("trusted.crt", authority.certificate())});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0, run<RegisterCommand>(server, trusting));
    }

    void exitCodesSayWhoseTurnItIs()
    {
        TestServer server(Values{{"registration", "proof"}, {"maximum-ttl", "60s"}, {"default-ttl", "60s"}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(65, registers(server, {"--ip", "10.0.1.5", "--ttl", "2m"}));
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find("http-api.maximum-ttl") != std::string::npos);
        server.registry.failWith(Error(ErrorCode::unavailable, "full"));
        CPPUNIT_ASSERT_EQUAL(69, registers(server));
        server.registry.failWith(std::nullopt);
        const auto open = file("open.key", testSecret(2));
        std::filesystem::permissions(open, std::filesystem::perms(0644));
        CPPUNIT_ASSERT_EQUAL(77, run<RegisterCommand>(server, {"--once", "--key", open, "--ip", "10.0.1.5"}));
        const std::string there = url(server);
        server.stop();
        CPPUNIT_ASSERT_EQUAL(
            69, run<RegisterCommand>(server, {"--once", "--key", key(), "--ip", "10.0.1.5", "--url", there}));
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find(there) != std::string::npos);
    }

    int verifies(const TestServer& server, const std::string& path, std::vector<std::string> more = {})
    {
        more.insert(more.begin(), {"--node", testKey(1).hex(), url(server, path)});
        return run<VerifyCommand>(server, more);
    }

    void goodDocumentsAreGood()
    {
        TestServer server(Values{{"sign-documents", "true"}, {"signature-lifetime", "1h"}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(201,
                             server.post(R"({"id":")" + testKey(2).hex() + R"(","ip":"10.0.1.5"})").status);
        const std::string good =
            "good\tyes\ncreated\t2033-05-18T03:33:20Z\nexpires\t2033-05-18T04:33:20Z\nrevision\t" +
            server.registry.revision().toString() + '\n';
        for (const char* path : {"/peers.txt", "/peer_count", "/static-nodes.json", "/bootstrap"}) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 0, verifies(server, path));
            CPPUNIT_ASSERT_EQUAL(good, _out);
        }
        const auto record = server.node.record()->toString();
        CPPUNIT_ASSERT_EQUAL(0, run<VerifyCommand>(server, {"--node", record, url(server, "/peers.txt")}));
        const auto enode = "enode://" + testKey(1).hex() + "@127.0.0.1:30303";
        CPPUNIT_ASSERT_EQUAL(0, run<VerifyCommand>(server, {url(server, "/peers.txt"), "--node", enode}));
    }

    void olderDocumentsAreRefused()
    {
        TestServer server(Values{{"sign-documents", "true"}});
        server.start();
        const auto before = server.registry.revision();
        CPPUNIT_ASSERT_EQUAL(0, verifies(server, "/peers.txt", {"--after", before.toString()}));
        auto later = before;
        ++later.number;
        CPPUNIT_ASSERT_EQUAL(65, verifies(server, "/peers.txt", {"--after", later.toString()}));
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find("older than one seen before") != std::string::npos);
        ++later.epoch;
        CPPUNIT_ASSERT_EQUAL(65, verifies(server, "/peers.txt", {"--after", later.toString()}));
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find("another history") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(0, verifies(server, "/peers.txt", {"--since", "2033-05-18T03:33:20Z"}));
        CPPUNIT_ASSERT_EQUAL(65, verifies(server, "/peers.txt", {"--since", "2033-05-18T03:33:21Z"}));
        CPPUNIT_ASSERT_EQUAL(64, verifies(server, "/peers.txt", {"--since", "2000000000"}));
    }

    void documentsOfOthersAreRefused()
    {
        TestServer server(Values{{"sign-documents", "true"}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(
            65, run<VerifyCommand>(server, {"--node", testKey(3).hex(), url(server, "/peers.txt")}));
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find("another node") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(65, verifies(server, "/peers.txt", {"--path", "/peer_count"}));
        CPPUNIT_ASSERT_EQUAL(65, verifies(server, "/health"));
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find("it is not signed") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(69, verifies(server, "/nothing"));
    }

    void wrongArgumentsAre64()
    {
        const TestServer server;
        const std::string peer = key();
        for (const auto& words : std::vector<std::vector<std::string>>{
                 {},
                 {"--key", "a"},
                 {"--key", peer, "--ip", "here"},
                 {"--key", peer, "--ip", "10.0.0.1", "--enr", "enr:-"},
                 {"--key", peer, "--ip", "10.0.0.1", "--tcp-port", "0"},
                 {"--key", peer, "--ip", "10.0.0.1", "--ttl", "1500ms"},
                 {"--key", peer, "--ip", "10.0.0.1", "--label", "name"},
                 {"--key", peer, "--ip", "10.0.0.1", "--url", "ftp://a"},
                 {"--key", peer, "--ip", "10.0.0.1", "--url", "http://b@a"},
                 {"--key", peer, "--ip", "10.0.0.1", "--url", "http://a?b"},
                 {"--key", peer, "--ip", "10.0.0.1", "--url", "unix:a"},
                 {"--key", peer, "--ip", "10.0.0.1", "--url", "unix:/" + std::string(200, 'a')}})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 64, run<RegisterCommand>(server, words));
        for (const char* timeout : {"1.5s", "5x", "-1s", "abc", "99999999999999999999s", "0", "0ms", "2d"}) {
            const std::vector<std::string> words{"--key", peer, "--ip", "10.0.0.1", "--timeout", timeout};
            CPPUNIT_ASSERT_EQUAL_MESSAGE(timeout, 64, run<RegisterCommand>(server, words));
            assertSays(std::string("--timeout "));
        }
        CPPUNIT_ASSERT_EQUAL(
            64, run<RegisterCommand>(server, {"--key", peer, "--ip", "10.0.0.1", "--ttl", "9999d"}));
        assertSays("--ttl is at most 10 years (3660d), or 0 for ever, not 9999d");
        CPPUNIT_ASSERT_EQUAL(64, run<PeersRemoveCommand>(server, {}));
        CPPUNIT_ASSERT_EQUAL(64, run<PeersRemoveCommand>(server, {"--key", peer, testKey(2).hex()}));
        CPPUNIT_ASSERT_EQUAL(64, run<VerifyCommand>(server, {"--node", "x", "http://a/peers.txt"}));
        CPPUNIT_ASSERT_EQUAL(64, run<VerifyCommand>(server, {"--node", testKey(1).hex(), "http://a"}));
        CPPUNIT_ASSERT_EQUAL(0, run<VerifyCommand>(server, {"--help"}));
        CPPUNIT_ASSERT(_out.starts_with("usage: waymark http-api verify --node NODE"));
    }

    void filesThatAreNotThereAre74()
    {
        const TestServer server;
        for (const char* option : {"--ca", "--cert", "--cert-key", "--token-file"}) {
            std::vector<std::string> words{
                "--once", "--key", key(), "--ip", "10.0.0.1", "--url", "https://127.0.0.1:1"};
            words.insert(words.end(), {option, "/nonexistent"});
            if (std::string_view(option) == "--cert")
                words.insert(words.end(), {"--cert-key", "/nonexistent"});
            if (std::string_view(option) == "--cert-key")
                words.insert(words.end(), {"--cert", file("own.crt", authority.issue().certificate)});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(_error, 74, run<RegisterCommand>(server, words));
            assertSays(std::string(option) + ": /nonexistent");
        }
        CPPUNIT_ASSERT_EQUAL(77,
                             run<RegisterCommand>(server, {"--once", "--key", key(), "--ip", "10.0.0.1",
                                                           "--url", "https://127.0.0.1:1", "--ca", key()}));
        assertSays("holds no certificates in PEM");
    }

    void placesAreToldWithWhatIsWrong()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(65, run<RegisterCommand>(server, {"--once", "--key", key(), "--ip", "10.0.1.5",
                                                               "--url", url(server, "/api")}));
        assertSays(url(server, "/api") + ": ");
        assertSays("(POST /api/peers, status 404)");
        ::setenv("WAYMARK_URL", "localhost:1", 1);
        const int wrong = run<RegisterCommand>(server, {"--once", "--key", key(), "--ip", "10.0.1.5"});
        const std::string said = _error;
        ::setenv("WAYMARK_URL", "http://127.0.0.1:1", 1);
        const int nobody = run<RegisterCommand>(server, {"--once", "--key", key(), "--ip", "10.0.1.5"});
        ::unsetenv("WAYMARK_URL");
        CPPUNIT_ASSERT_EQUAL(64, wrong);
        CPPUNIT_ASSERT_MESSAGE(said,
                               said.find("WAYMARK_URL: 'localhost:1' must be http://") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(69, nobody);
        assertSays("http://127.0.0.1:1 (WAYMARK_URL): Connection refused; is waymarkd running there");
    }

    /// No server of names is asked for a text that is no name.
    void namesThatNobodyHasAreNoMatterOfPorts()
    {
        const TestServer server;
        CPPUNIT_ASSERT_EQUAL(69, run<RegisterCommand>(server, {"--once", "--key", key(), "--ip", "10.0.1.5",
                                                               "--url", "http://no_such..host"}));
        assertSays("no host has the name 'no_such..host'");
        CPPUNIT_ASSERT_MESSAGE(_error, _error.find("http-api.listen") == std::string::npos);
    }

    void plainPortsSpeakNoTls()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(
            69, run<RegisterCommand>(server, {"--once", "--key", key(), "--ip", "10.0.1.5", "--url",
                                              "https://" + server.endpoint().toString()}));
        assertSays("it speaks no TLS there: is http:// meant instead of https://?");
    }

    void helpIs80ColumnsWide()
    {
        const TestServer server;
        std::string help;
        for (const auto asked :
             {&ClientCommandsTest::run<RegisterCommand>, &ClientCommandsTest::run<PeersRemoveCommand>,
              &ClientCommandsTest::run<VerifyCommand>}) {
            CPPUNIT_ASSERT_EQUAL(0, (this->*asked)(server, {"--help"}));
            help += _out;
        }
        std::istringstream lines(help);
        for (std::string line; std::getline(lines, line);)
            CPPUNIT_ASSERT_MESSAGE(line, line.size() <= 80);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClientCommandsTest);

} // namespace waymark::httpapi
