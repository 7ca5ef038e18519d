#include "commands/ApiClient.h"

#include "FakeServer.h"
#include "TestServer.h"
#include "TlsFixture.h"

#include <waymark/testkit/HostNames.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/toolkit/Interruption.h>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

/// The client of the commands, against servers that mean it no good.
class ApiClientTest : public TlsFixture
{
    CPPUNIT_TEST_SUITE(ApiClientTest);
    CPPUNIT_TEST(waitsForNoServerThatIsMute);
    CPPUNIT_TEST(waitsForNoServerThatGoesOnForEver);
    CPPUNIT_TEST(asksNobodyElseWhenTheConnectionIsGone);
    CPPUNIT_TEST(waitsForNoNameServerThatIsMute);
    CPPUNIT_TEST(signalEndsALookup);
    CPPUNIT_TEST(unknownNamesAreTold);
    CPPUNIT_TEST(triesAllAddressesOfAName);
    CPPUNIT_TEST(halfAnAnswerIsNone);
    CPPUNIT_TEST(chunksAreTakenWhenAllAreThere);
    CPPUNIT_TEST(tooLargeAnswersAreRefused);
    CPPUNIT_TEST(pathOfTheUrlStaysAsItIs);
    CPPUNIT_TEST(urlsThatMeanSomethingElseAreRefused);
    CPPUNIT_TEST(followsNobodyElsewhere);
    CPPUNIT_TEST(asksForTheHostAndPortOfItsUrl);
    CPPUNIT_TEST(certificateMustBeOfTheHostThatIsAsked);
    CPPUNIT_TEST(socketOfTheDaemonIsUsualWhereItIs);
    CPPUNIT_TEST_SUITE_END();

    void socketOfTheDaemonIsUsualWhereItIs()
    {
        const testkit::TemporaryFolder folder;
        const std::string path = (folder.path() / "waymark.sock").string();
        CPPUNIT_ASSERT_EQUAL(std::string("http://127.0.0.1:8080"), ApiClient::usualPlace(path));
        TestServer server({{"socket", path}});
        server.start();
        CPPUNIT_ASSERT_EQUAL("unix:" + path, ApiClient::usualPlace(path));
        CPPUNIT_ASSERT_EQUAL(200, ask(ApiClient::usualPlace(path))->status);
        ::setenv("WAYMARK_URL", "http://127.0.0.1:1", 1);
        const std::string asked = ApiClient::usualPlace(path);
        ::unsetenv("WAYMARK_URL");
        CPPUNIT_ASSERT_EQUAL(std::string("http://127.0.0.1:1"), asked);
    }

    static Result<ApiAnswer> ask(const std::string& url, std::chrono::milliseconds patience = 100s)
    {
        return ApiClient::open(url, {}, patience)->send({.method = "GET", .path = "/"});
    }
    static void assertLate(const Result<ApiAnswer>& answer)
    {
        CPPUNIT_ASSERT(!answer.has_value());
        CPPUNIT_ASSERT(answer.error().code == ErrorCode::unavailable);
        CPPUNIT_ASSERT_MESSAGE(answer.error().message,
                               answer.error().message.ends_with("no whole answer within 20 ms"));
    }

    void waitsForNoServerThatIsMute()
    {
        const testkit::TemporaryFolder folder;
        const std::string path = (folder.path() / "mute.sock").string();
        Poco::Net::ServerSocket server; // the system connects clients, and nobody takes them
        server.bind(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path));
        server.listen();
        assertLate(ask("unix:" + path, 20ms));
    }

    void waitsForNoServerThatGoesOnForEver()
    {
        for (const char* begin : {"", "HTTP/1.1 200 OK\r\n\r\n"}) {
            const FakeServer server([begin](int descriptor) {
                FakeServer::say(descriptor, begin);
                while (FakeServer::say(descriptor, "HTTP/1.1 100 Continue\r\n\r\n")) {
                }
            });
            const auto answer = ask(server.url(), 20ms);
            CPPUNIT_ASSERT(!answer.has_value());
            CPPUNIT_ASSERT(answer.error().code == ErrorCode::unavailable);
        }
    }

    /// Whether the deadline comes before or after the request is sent.
    void asksNobodyElseWhenTheConnectionIsGone()
    {
        const testkit::TemporaryFolder folder;
        const std::string path = (folder.path() / "mute.sock").string();
        Poco::Net::ServerSocket server;
        server.bind(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path));
        server.listen();
        for (int attempt = 0; attempt < 40; ++attempt) {
            const auto answer = ask("unix:" + path, 0ms);
            CPPUNIT_ASSERT(!answer.has_value());
            CPPUNIT_ASSERT(answer.error().code == ErrorCode::unavailable);
        }
    }

    static constexpr const char* name = "bootnode.example";

    /// A client for a name that only `names` knows.
    static ApiClient clientFor(net::Resolver& names, const std::string& url,
                               std::chrono::milliseconds patience)
    {
        auto client = ApiClient::open(url, {}, patience);
        CPPUNIT_ASSERT(client.has_value());
        client->resolveBy(names);
        return std::move(*client);
    }
    static void assertSays(const std::string& text, const Result<ApiAnswer>& answer,
                           ErrorCode code = ErrorCode::unavailable)
    {
        CPPUNIT_ASSERT(!answer.has_value());
        const std::string& message = answer.error().message;
        CPPUNIT_ASSERT_MESSAGE(message, message.find(text) != std::string::npos);
        CPPUNIT_ASSERT(answer.error().code == code);
    }

    void waitsForNoNameServerThatIsMute()
    {
        testkit::HostNames names;
        names.mute(name);
        const auto client = clientFor(names, "http://bootnode.example:1", 20ms);
        assertSays("no name server has told the address within 20 ms",
                   client.send({.method = "GET", .path = "/"}));
    }

    void signalEndsALookup()
    {
        testkit::HostNames names;
        names.mute(name);
        auto client = clientFor(names, "http://bootnode.example:1", 1h);
        const toolkit::Interruption interruption;
        client.heed(&interruption);
        std::raise(SIGTERM);
        assertSays("interrupted", client.send({.method = "GET", .path = "/"}));
    }

    void unknownNamesAreTold()
    {
        testkit::HostNames names;
        const auto client = clientFor(names, "http://bootnode.example:1", 10s);
        assertSays("no host has the name 'bootnode.example'", client.send({.method = "GET", .path = "/"}));
        CPPUNIT_ASSERT(!client.wasConnected());
    }

    /// Of the first nobody answers. The one that did is known from then on.
    void triesAllAddressesOfAName()
    {
        FakeServer server(FakeServer::answer("200 OK", "well"));
        testkit::HostNames names;
        names.set(name, {node::IpAddress::v4(127, 0, 0, 2), node::IpAddress::v4(127, 0, 0, 1)});
        const std::string url = "http://bootnode.example" + server.url().substr(server.url().rfind(':'));
        auto client = clientFor(names, url, 10s);
        CPPUNIT_ASSERT_EQUAL(std::string("well"), client.send({.method = "GET", .path = "/"})->body);
        CPPUNIT_ASSERT(client.wasConnected());
        names.mute(name);
        client.stay();
        CPPUNIT_ASSERT_EQUAL(std::string("well"), client.send({.method = "GET", .path = "/"})->body);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, names.asked(name));
        const std::string& asked = server.stop();
        CPPUNIT_ASSERT_MESSAGE(asked, asked.find("Host: bootnode.example:") != std::string::npos);
    }

    void chunksAreTakenWhenAllAreThere()
    {
        const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        const std::string whole = "3;a=b\r\n[] \r\n2\r\n{}\r\n0\r\nT: x\r\n\r\n";
        const FakeServer good(head + whole);
        CPPUNIT_ASSERT_EQUAL(std::string("[] {}"), ask(good.url())->body);
        for (const std::size_t cut : {0U, 5U, 9U, 10U, 11U, 13U, 18U, 20U, 23U, 28U}) {
            const FakeServer server(head + whole.substr(0, cut));
            assertSays("the answer broke off", ask(server.url()));
        }
        const FakeServer bad(head + "3\r\n[]\r\n0\r\n\r\n");
        assertSays("chunks that are none", ask(bad.url()), ErrorCode::corrupt);
    }

    void tooLargeAnswersAreRefused()
    {
        const FakeServer server([](int descriptor) {
            const std::string megabyte(std::size_t{1} << 20U, 'x');
            FakeServer::say(descriptor, "HTTP/1.1 200 OK\r\n\r\n");
            while (FakeServer::say(descriptor, megabyte)) {
            }
        });
        assertSays("the answer is larger than 64 MB", ask(server.url(), 1h), ErrorCode::tooLarge);
    }

    void pathOfTheUrlStaysAsItIs()
    {
        FakeServer server(FakeServer::answer("200 OK", "well"));
        for (const char* path : {"/a%20b", "/a%0d%0aX-Evil:%201", "/a%2fb%3fq/"})
            CPPUNIT_ASSERT_EQUAL(200, ask(server.url() + path)->status);
        const std::string& asked = server.stop();
        for (const char* line : {"GET /a%20b/ HTTP", "GET /a%0d%0aX-Evil:%201/ HTTP", "GET /a%2fb%3fq/ HTTP"})
            CPPUNIT_ASSERT_MESSAGE(asked, asked.find(line) != std::string::npos);
    }

    void urlsThatMeanSomethingElseAreRefused()
    {
        for (const char* url :
             {"http://a/b c", "http://a/b\r\nX: 1", "http://a/\x7f", "http://a/\xc3\xa4", "http://a/b?c",
              "http://a/?", "http://a/b#c", "http://a#", "http://a%0d%0aX-Evil:%201/", "http://a%2fb/"}) {
            const auto client = ApiClient::open(url);
            CPPUNIT_ASSERT_MESSAGE(url, !client.has_value());
            CPPUNIT_ASSERT(client.error().code == ErrorCode::invalidArgument);
            CPPUNIT_ASSERT_EQUAL(printable(client.error().message), client.error().message);
        }
        const FakeServer server(FakeServer::answer("200 OK", "well"));
        const auto client = ApiClient::open(server.url());
        for (const char* path : {"/a b", "/a\r\nb", "/a#b"})
            assertSays("is no path", client->send({.method = "GET", .path = path}),
                       ErrorCode::invalidArgument);
    }

    void halfAnAnswerIsNone()
    {
        const FakeServer server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        const auto answer = ask(server.url());
        CPPUNIT_ASSERT(!answer.has_value());
        CPPUNIT_ASSERT_MESSAGE(answer.error().message,
                               answer.error().message.find("broke off") != std::string::npos);
    }

    void followsNobodyElsewhere()
    {
        const FakeServer other(FakeServer::answer("200 OK", "other"));
        const FakeServer server(FakeServer::answer("302 Found\r\nLocation: " + other.url() + '/', ""));
        CPPUNIT_ASSERT_EQUAL(302, ask(server.url())->status);
    }

    void asksForTheHostAndPortOfItsUrl()
    {
        FakeServer server(FakeServer::answer("200 OK", "well"));
        const auto answer = ask(server.url() + "/before/");
        CPPUNIT_ASSERT_EQUAL(std::string("well"), answer->body);
        const std::string& asked = server.stop();
        CPPUNIT_ASSERT_MESSAGE(asked, asked.starts_with("GET /before/ HTTP/1.1\r\n"));
        CPPUNIT_ASSERT_MESSAGE(
            asked, asked.find("Host: " + server.url().substr(std::string("http://").size()) + "\r\n") !=
                       std::string::npos);
    }

    /// Who has any certificate of an authority that is believed is not the daemon for that.
    void certificateMustBeOfTheHostThatIsAsked()
    {
        TestAuthority::Request other;
        other.name = "elsewhere";
        other.alternativeName = "DNS:elsewhere,IP:127.0.0.2";
        install(authority.issue(other));
        TestServer server(values());
        server.start();
        const ClientTls tls{file("trusted.crt", authority.certificate()), {}, {}};
        const auto client = ApiClient::open("https://" + server.endpoint().toString(), tls);
        const auto answer = client->send({.method = "GET", .path = "/livez"});
        CPPUNIT_ASSERT(!answer.has_value());
        install(authority.issue());
        TestServer right(values());
        right.start();
        CPPUNIT_ASSERT_EQUAL(200, ApiClient::open("https://" + right.endpoint().toString(), tls)
                                      ->send({.method = "GET", .path = "/livez"})
                                      ->status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ApiClientTest);

} // namespace waymark::httpapi
