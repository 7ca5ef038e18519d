#include "TestServer.h"
#include "TestTokens.h"
#include "commands/PeersRemoveCommand.h"
#include "commands/RegisterCommand.h"
#include "server/LocalChannel.h"

#include <waymark/plugin/Plugin.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <cppunit/extensions/HelperMacros.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace waymark::httpapi
{

/// The API over a Unix socket.
class SocketTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SocketTest);
    CPPUNIT_TEST(servesTheSameToWhoMayConnect);
    CPPUNIT_TEST(userIsKnownWithoutTokens);
    CPPUNIT_TEST(anotherUserMayRegisterAndNoMore);
    CPPUNIT_TEST(rootAndTheDaemonsUserAdministerAndNobodyUnknown);
    CPPUNIT_TEST(whatAProxyPassesOnHasNoRole);
    CPPUNIT_TEST(tokenThatIsSentMustBeGood);
    CPPUNIT_TEST(largeBodyThatIsRefusedDoesNotHangTheConnection);
    CPPUNIT_TEST(commandsGoThroughIt);
    CPPUNIT_TEST(socketLeftBehindIsReplacedAndOneInUseIsNot);
    CPPUNIT_TEST(runtimeDirectoryOfSystemdHasOneByDefault);
    CPPUNIT_TEST(otherFilesAreNotTouched);
    CPPUNIT_TEST(isGoneAfterTheStop);
    CPPUNIT_TEST(anotherOnesSocketStaysAtTheStop);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    TestTokens _tokens;
    const std::string _path = (_folder.path() / "api.sock").string();
    const std::string _body = R"({"id":")" + testKey(2).hex() + R"(","ip":"10.0.1.5"})";

    Values values(Values more = {}) const
    {
        more.try_emplace("socket", _path);
        return more;
    }

    HttpAnswer ask(const std::string& method, const std::string& path, const std::string& fields = {},
                   const std::string& body = {}) const
    {
        Poco::Net::StreamSocket socket;
        socket.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, _path));
        HttpClient client(socket, false);
        const std::string content =
            body.empty()
                ? ""
                : "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        return client
            .send(method + ' ' + path + " HTTP/1.1\r\nHost: a\r\n" + fields + content + "\r\n" + body)
            .read();
    }

    void servesTheSameToWhoMayConnect()
    {
        TestServer server(values());
        server.start();
        struct stat made{};
        CPPUNIT_ASSERT_EQUAL(0, ::lstat(_path.c_str(), &made));
        CPPUNIT_ASSERT_EQUAL(mode_t{S_IFSOCK | 0660}, made.st_mode);
        CPPUNIT_ASSERT_EQUAL(201, ask("POST", "/peers", "", _body).status);
        CPPUNIT_ASSERT_EQUAL(ask("GET", "/peers").body, server.get("/peers").body);
        CPPUNIT_ASSERT(server.lines->lines().find("http.listening url=unix:" + _path) != std::string::npos);
    }

    static Subscription addAdminRoute(TestServer& server)
    {
        http::Route route;
        route.method = "POST";
        route.pattern = "/administer";
        route.role = http::Role::admin;
        route.mutates = true;
        route.handler = [](const http::ApiRequest&) {
            return http::ApiResponse::json(200, "{}");
        };
        return server.routes.add(std::move(route));
    }

    void userIsKnownWithoutTokens()
    {
        TestServer server(values({{"tokens", _tokens.file()}}));
        const auto added = addAdminRoute(server);
        server.start();
        CPPUNIT_ASSERT_EQUAL(401, server.get("/peers").status);
        CPPUNIT_ASSERT_EQUAL(201, ask("POST", "/peers", "", _body).status);
        const auto line = server.lines->await("http-api http.audit method=POST");
        CPPUNIT_ASSERT_MESSAGE(line, line.find(" identity=uid:" + std::to_string(::geteuid()) +
                                               " role=admin remote=127.0.0.1:0 ") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(200, ask("POST", "/administer").status);
    }

    /// Of the same group. Only root can become somebody else to try.
    void anotherUserMayRegisterAndNoMore()
    {
        constexpr uid_t nobody = 65534;
        if (::geteuid() != 0)
            return;
        std::filesystem::permissions(_folder.path(), std::filesystem::perms(0710));
        TestServer server(values({{"tokens", _tokens.file()}}));
        const auto added = addAdminRoute(server);
        server.start();
        int registered = 0;
        int administered = 0;
        // The system call is for one thread, the library's function for all.
        std::thread([&] {
            if (::syscall(SYS_setresuid, -1, nobody, -1) != 0)
                return;
            registered = ask("POST", "/peers", "", _body).status;
            administered = ask("POST", "/administer").status;
        }).join();
        CPPUNIT_ASSERT_EQUAL(201, registered);
        CPPUNIT_ASSERT_EQUAL(403, administered);
        const auto line = server.lines->await("http-api http.audit method=POST");
        CPPUNIT_ASSERT_MESSAGE(line, line.find(" identity=uid:65534 role=register ") != std::string::npos);
    }

    static void rootAndTheDaemonsUserAdministerAndNobodyUnknown()
    {
        CPPUNIT_ASSERT(LocalChannel::roleOf(0, 1000) == http::Role::admin);
        CPPUNIT_ASSERT(LocalChannel::roleOf(1000, 1000) == http::Role::admin);
        CPPUNIT_ASSERT(LocalChannel::roleOf(1001, 1000) == http::Role::registrant);
        CPPUNIT_ASSERT(LocalChannel::roleOf(65534, 65534) == http::Role::registrant);
    }

    void whatAProxyPassesOnHasNoRole()
    {
        TestServer server(values({{"tokens", _tokens.file()}}));
        server.start();
        CPPUNIT_ASSERT_EQUAL(200, ask("GET", "/peers").status);
        for (const char* field : {"Forwarded: for=10.0.0.1\r\n", "X-Forwarded-For: 10.0.0.1\r\n",
                                  "Origin: https://evil.example\r\n"}) {
            CPPUNIT_ASSERT_EQUAL(401, ask("GET", "/peers", field).status);
            CPPUNIT_ASSERT_EQUAL(401, ask("POST", "/peers", field, _body).status);
        }
    }

    void tokenThatIsSentMustBeGood()
    {
        TestServer server(values({{"tokens", _tokens.file()}}));
        server.start();
        CPPUNIT_ASSERT_EQUAL(401, ask("GET", "/peers", TestTokens::bearer("wrong")).status);
        CPPUNIT_ASSERT_EQUAL(
            403, ask("DELETE", "/peers/" + testKey(2).hex(), TestTokens::bearer("read-token")).status);
    }

    /// Bytes that nobody reads are thrown away another way than of TCP.
    void largeBodyThatIsRefusedDoesNotHangTheConnection()
    {
        TestServer server(values({{"max-body", "1k"}}));
        server.start();
        CPPUNIT_ASSERT_EQUAL(413, ask("POST", "/peers", "", std::string(100000, 'x')).status);
        server.awaitConnections("open", 0);
    }

    void commandsGoThroughIt()
    {
        TestServer server(values({{"tokens", _tokens.file()}}));
        server.start();
        const auto key = _folder.write("peer.key", testSecret(2));
        std::filesystem::permissions(key, std::filesystem::perms(0600));
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        const auto run = [&](plugin::Command&& command, std::vector<std::string> words) {
            words.insert(words.end(), {"--key", key.string(), "--url", "unix:" + _path});
            return command.run({std::move(words), in, out, error, false});
        };
        CPPUNIT_ASSERT_EQUAL_MESSAGE(
            error.str(), 0, run(RegisterCommand(server.registry.clock), {"--once", "--ip", "10.0.1.5"}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, server.registry.size());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(error.str(), 0, run(PeersRemoveCommand(server.registry.clock), {}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, server.registry.size());
    }

    void socketLeftBehindIsReplacedAndOneInUseIsNot()
    {
        {
            Poco::Net::ServerSocket server; // closed without its file being taken away
            server.bind(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, _path));
        }
        TestServer first(values());
        first.start();
        CPPUNIT_ASSERT_EQUAL(200, ask("GET", "/peers").status);
        TestServer second(values());
        try {
            second.start();
        } catch (const plugin::StartError& error) {
            CPPUNIT_ASSERT(error.code() == plugin::ExitCode::unavailable);
            CPPUNIT_ASSERT_EQUAL(200, ask("GET", "/peers").status);
            return;
        }
        CPPUNIT_FAIL("two servers have one socket");
    }

    void runtimeDirectoryOfSystemdHasOneByDefault()
    {
        const auto folders = _folder.path().string() + ":/elsewhere";
        ::setenv("RUNTIME_DIRECTORY", folders.c_str(), 1);
        {
            TestServer server;
            server.start();
            CPPUNIT_ASSERT(std::filesystem::is_socket(_folder.path() / "waymark.sock"));
        }
        {
            TestServer without(values({{"socket", "none"}}));
            without.start();
            CPPUNIT_ASSERT(std::filesystem::is_empty(_folder.path()));
        }
        ::unsetenv("RUNTIME_DIRECTORY");
        TestServer elsewhere;
        elsewhere.start();
        CPPUNIT_ASSERT(std::filesystem::is_empty(_folder.path()));
    }

    void otherFilesAreNotTouched()
    {
        _folder.write("api.sock", "precious");
        TestServer server(values());
        try {
            server.start();
        } catch (const plugin::StartError& error) {
            CPPUNIT_ASSERT(error.code() == plugin::ExitCode::configuration);
            CPPUNIT_ASSERT(std::filesystem::file_size(_path) == 8);
            return;
        }
        CPPUNIT_FAIL("it started");
    }

    void isGoneAfterTheStop()
    {
        TestServer server(values());
        server.start();
        server.stop();
        CPPUNIT_ASSERT(!std::filesystem::exists(_path));
        TestServer tooLong(values({{"socket", '/' + std::string(200, 'a')}}));
        CPPUNIT_ASSERT_THROW(tooLong.start(), plugin::StartError);
    }

    void anotherOnesSocketStaysAtTheStop()
    {
        TestServer server(values());
        server.start();
        std::filesystem::remove(_path);
        Poco::Net::ServerSocket another;
        another.bind(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, _path));
        server.stop();
        CPPUNIT_ASSERT(std::filesystem::exists(_path));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SocketTest);

} // namespace waymark::httpapi
