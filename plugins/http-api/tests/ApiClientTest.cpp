#include "commands/ApiClient.h"

#include "FakeServer.h"
#include "TestServer.h"
#include "TlsFixture.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cstdlib>
#include <string>

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
    CPPUNIT_TEST(halfAnAnswerIsNone);
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

    static Result<ApiAnswer> ask(const std::string& url, std::chrono::milliseconds patience = 10s)
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
