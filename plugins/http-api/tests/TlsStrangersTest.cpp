#include "HeldRoutes.h"
#include "RawTls.h"
#include "ShortTime.h"
#include "TestTokens.h"
#include "TlsFixture.h"

#include <waymark/testkit/Process.h>

#include <cppunit/extensions/HelperMacros.h>

#include <deque>
#include <optional>

namespace waymark::httpapi
{

/// Who does not get as far as a request, and what that costs others; and who shows which certificate.
class TlsStrangersTest : public TlsFixture
{
    CPPUNIT_TEST_SUITE(TlsStrangersTest);
    CPPUNIT_TEST(handshakesInPiecesHoldNoThread);
    CPPUNIT_TEST(handshakesThatTakeTooLongEnd);
    CPPUNIT_TEST(plainHttpIsToldThatThePortSpeaksTls);
    CPPUNIT_TEST(whatIsNoTlsEnds);
    CPPUNIT_TEST(hellosThatAreTooLargeEnd);
    CPPUNIT_TEST(tooManyFromOneAddressEnd);
    CPPUNIT_TEST(unfinishedHandshakesGiveWay);
    CPPUNIT_TEST(stopEndsUnfinishedHandshakes);
    CPPUNIT_TEST(clientsThatDistrustTheServerAreCounted);
    CPPUNIT_TEST(requiredCertificatesAreRequired);
    CPPUNIT_TEST(onlyCertificatesThatHoldAreAccepted);
    CPPUNIT_TEST(clientsMayDoWhatTheirRoleMay);
    CPPUNIT_TEST(anIntermediateAuthorityStandsForItself);
    CPPUNIT_TEST(aTokenCountsMoreThanACertificate);
    CPPUNIT_TEST(webPagesChangeNothingWithTheirVisitorsCertificate);
    CPPUNIT_TEST(withoutOptionalCertificatesThereIsHealth);
    CPPUNIT_TEST(clientCertificatesAreLookedAtEachTime);
    CPPUNIT_TEST(opensslSpeaksMutualTls);
    CPPUNIT_TEST_SUITE_END();

    const Values _fewThreads{{"threads", "2"},
                             {"request-timeout", "10m"},
                             {"keep-alive-timeout", "10m"},
                             {"max-connections-per-address", "5000"}};

    static int statusOf(HttpClient client, const std::string& path)
    {
        return client.send(getRequest(path)).read().status;
    }

    static bool isRefused(HttpClient client)
    {
        try {
            return client.send(getRequest("/health")).ended();
        } catch (const Poco::Exception&) {
            return true;
        }
    }

    /// Whether a client with this certificate, or with none, gets no connection.
    bool refuses(const TestServer& server, const std::optional<TestCertificate>& shown) const
    {
        try {
            return isRefused(connect(server, trusting(shown)));
        } catch (const Poco::Exception&) {
            return true;
        }
    }

    void handshakesInPiecesHoldNoThread()
    {
        constexpr std::size_t each = 50;
        TestServer server(values(_fewThreads));
        server.start();
        const std::string hello = RawTls::hello();
        std::deque<HttpClient> clients;
        for (const std::size_t bytes : {std::size_t{0}, std::size_t{3}, std::size_t{100}, hello.size()})
            for (std::size_t i = 0; i < each; ++i)
                clients.emplace_back(server.endpoint()).send(std::string_view(hello).substr(0, bytes));
        server.awaitConnections("handshaking", 4 * each);
        CPPUNIT_ASSERT_EQUAL(200, statusOf(connect(server), "/"));
        clients.clear();
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(3.0 * each, handshakes(server, "cut-off"));
    }

    void handshakesThatTakeTooLongEnd()
    {
        TestServer server(values({{"request-timeout", shortTime}}));
        server.start();
        const std::string hello = RawTls::hello();
        HttpClient silent(server.endpoint());
        HttpClient slow(server.endpoint());
        slow.send(std::string_view(hello).substr(0, 20));
        CPPUNIT_ASSERT(silent.ended());
        CPPUNIT_ASSERT(slow.gone());
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(1.0, handshakes(server, "unfinished"));
        CPPUNIT_ASSERT_EQUAL(2.0, server.dropped("handshake"));
    }

    void plainHttpIsToldThatThePortSpeaksTls()
    {
        TestServer server(values());
        server.start();
        for (const char* method : {"GET", "DELETE"}) {
            const auto answer = HttpClient::request(server.endpoint(), method, "/", std::string(50'000, 'x'));
            CPPUNIT_ASSERT_EQUAL(400, answer.status);
            CPPUNIT_ASSERT(answer.body.find("https://") != std::string::npos);
        }
        CPPUNIT_ASSERT_EQUAL(2.0, handshakes(server, "plain-http"));
        CPPUNIT_ASSERT_EQUAL(2.0, server.dropped("plain-http"));
    }

    void whatIsNoTlsEnds()
    {
        TestServer server(values());
        server.start();
        for (const std::string& bytes :
             {std::string("\x80\x2e\x01", 3), std::string("nonsense\r\n"), "\x16" + std::string(5000, 'x'),
              RawTls::hello().replace(5, 1, "\x02")})
            CPPUNIT_ASSERT(!HttpClient(server.endpoint()).send(bytes).readUntilEnd().starts_with("HTTP"));
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(4.0, handshakes(server, "broken"));
    }

    void hellosThatAreTooLargeEnd()
    {
        TestServer server(values({{"request-timeout", "10m"}}));
        server.start();
        const std::string announced = RawTls::hello().replace(6, 3, std::string("\x01\xff\xff", 3));
        HttpClient client(server.endpoint());
        client.send(announced);
        CPPUNIT_ASSERT(client.ended());
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(1.0, handshakes(server, "broken"));
    }

    void tooManyFromOneAddressEnd()
    {
        TestServer server(values({{"max-connections-per-address", "1"}}));
        HttpClient first = connect(server.start());
        CPPUNIT_ASSERT_EQUAL(200, first.send(getRequest("/")).read().status);
        CPPUNIT_ASSERT(HttpClient(server.endpoint()).ended());
        CPPUNIT_ASSERT_EQUAL(1.0, server.dropped("too-many-from-address"));
        CPPUNIT_ASSERT_EQUAL(200, first.send(getRequest("/")).read().status);
    }

    void unfinishedHandshakesGiveWay()
    {
        auto few = _fewThreads;
        few["max-connections"] = "2";
        TestServer server(values(few));
        server.start();
        // They stay silent: while a worker looks at what a client sent, its connection cannot give way.
        HttpClient first(server.endpoint());
        server.awaitConnections("handshaking", 1);
        const HttpClient second(server.endpoint());
        server.awaitConnections("handshaking", 2);
        CPPUNIT_ASSERT_EQUAL(200, statusOf(connect(server), "/"));
        CPPUNIT_ASSERT(first.ended());
        server.awaitConnections("handshaking", 1);
        CPPUNIT_ASSERT_EQUAL(1.0, server.dropped("gave-way"));
    }

    void stopEndsUnfinishedHandshakes()
    {
        TestServer server(values(_fewThreads));
        server.start();
        HttpClient silent(server.endpoint());
        HttpClient begun(server.endpoint());
        begun.send(RawTls::hello());
        server.awaitConnections("handshaking", 2);
        server.stop(std::chrono::minutes(1));
        CPPUNIT_ASSERT(silent.ended());
        server.awaitConnections("open", 0);
    }

    void clientsThatDistrustTheServerAreCounted()
    {
        TestServer server(values());
        server.start();
        install(authority.issue());
        const TestAuthority other;
        Poco::Net::Context::Params params;
        params.caLocation = file("other.crt", other.certificate());
        params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
        const Poco::Net::Context::Ptr context(
            new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params));
        CPPUNIT_ASSERT_THROW(connect(server, context), Poco::Exception);
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(1.0, handshakes(server, "refused-by-client"));
    }

    void requiredCertificatesAreRequired()
    {
        TestServer server(mutual());
        server.start();
        CPPUNIT_ASSERT(refuses(server, std::nullopt));
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(1.0, handshakes(server, "no-certificate"));
        CPPUNIT_ASSERT(server.lines->lines().find("http.handshake_failed outcome=no-certificate") !=
                       std::string::npos);
        CPPUNIT_ASSERT_EQUAL(200,
                             statusOf(connect(server, trusting(authority.issue({.name = "client-a"}))), "/"));
        CPPUNIT_ASSERT_EQUAL(1.0, handshakes(server, "completed"));
    }

    void onlyCertificatesThatHoldAreAccepted()
    {
        TestServer server(mutual());
        server.start();
        const TestAuthority impostor;
        CPPUNIT_ASSERT(refuses(server, impostor.issue({.name = "client-a"})));
        CPPUNIT_ASSERT(refuses(
            server, authority.issue({.begins = std::chrono::hours(-2), .ends = std::chrono::hours(-1)})));
        CPPUNIT_ASSERT(refuses(server, authority.issue({.begins = std::chrono::hours(1)})));
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(3.0, handshakes(server, "bad-certificate"));
    }

    void anIntermediateAuthorityStandsForItself()
    {
        const TestAuthority intermediate("Test Intermediate", authority);
        TestServer server(values({{"tls-client-ca", file("clients.crt", intermediate.certificate())}}));
        server.start();
        CPPUNIT_ASSERT_EQUAL(
            200, statusOf(connect(server, trusting(intermediate.issue({.name = "client-a"}))), "/"));
        CPPUNIT_ASSERT(refuses(server, authority.issue({.name = "client-a"})));
    }

    /// The statuses of a look, a registration and an admin's work.
    std::string statusesAs(const std::string& role)
    {
        TestServer server(mutual({{"tls-client-role", role}}));
        const auto admin = server.routes.add({.method = "POST",
                                              .pattern = "/admin",
                                              .summary = "an admin's",
                                              .role = http::Role::admin,
                                              .mutates = true,
                                              .handler = [](const auto&) {
                                                  return http::ApiResponse::json(200, "{}");
                                              }});
        HttpClient client = connect(server.start(), trusting(authority.issue({.name = "client-a"})));
        std::string statuses;
        for (const char* line : {"GET /peers", "DELETE /peers/00", "POST /admin"}) {
            client.send(std::string(line) + " HTTP/1.1\r\nHost: a\r\n\r\n");
            statuses += std::to_string(client.read().status) + ' ';
        }
        return statuses;
    }

    void clientsMayDoWhatTheirRoleMay()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("200 403 403 "), statusesAs("read"));
        CPPUNIT_ASSERT_EQUAL(std::string("200 400 403 "), statusesAs("register"));
        CPPUNIT_ASSERT_EQUAL(std::string("200 400 200 "), statusesAs("admin"));
    }

    /// Several programs may share a certificate.
    void aTokenCountsMoreThanACertificate()
    {
        const TestTokens tokens;
        TestServer server(mutual({{"tls-client-role", "admin"}, {"tokens", tokens.file()}}));
        HttpClient client = connect(server.start(), trusting(authority.issue({.name = "client-a"})));
        const auto statusWith = [&client](const std::string& fields) {
            return client.send("DELETE /peers/00 HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n").read().status;
        };
        CPPUNIT_ASSERT_EQUAL(401, statusWith(TestTokens::bearer("wrong")));
        CPPUNIT_ASSERT_EQUAL(403, statusWith(TestTokens::bearer("read-token")));
        CPPUNIT_ASSERT_EQUAL(400, statusWith(TestTokens::bearer("register-token")));
        CPPUNIT_ASSERT_EQUAL(400, statusWith(""));
        server.lines->await("http-api http.audit method=DELETE route=/peers/{id} peer= status=400 "
                            "identity=token:registrar role=register ");
        server.lines->await("http-api http.audit method=DELETE route=/peers/{id} peer= status=400 "
                            "identity=certificate:CN=client-a role=admin ");
    }

    /// Browsers show their user's certificate to every page's requests.
    void webPagesChangeNothingWithTheirVisitorsCertificate()
    {
        TestServer server(mutual({{"tls-client-role", "admin"}}));
        HttpClient client = connect(server.start(), trusting(authority.issue({.name = "client-a"})));
        const auto statusWith = [&client](const std::string& fields) {
            return client.send("DELETE /peers/00 HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n").read().status;
        };
        CPPUNIT_ASSERT_EQUAL(403, statusWith("Origin: https://evil.example\r\n"));
        CPPUNIT_ASSERT_EQUAL(403, statusWith("Origin: null\r\nAuthorization: Basic YTpi\r\n"));
        CPPUNIT_ASSERT_EQUAL(400, statusWith(""));
    }

    void withoutOptionalCertificatesThereIsHealth()
    {
        TestServer server(mutual({{"tls-client-certificates", "optional"}}));
        server.start();
        for (const char* path : {"/health", "/readyz"})
            CPPUNIT_ASSERT_EQUAL(200, statusOf(connect(server), path));
        CPPUNIT_ASSERT_EQUAL(403, statusOf(connect(server), "/peers"));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(connect(server, trusting(authority.issue())), "/peers"));
        const TestAuthority impostor;
        CPPUNIT_ASSERT(refuses(server, impostor.issue()));
    }

    void clientCertificatesAreLookedAtEachTime()
    {
        TestServer server(mutual({{"tls-client-certificates", "optional"}}));
        server.start();
        RawTls client(server.endpoint());
        CPPUNIT_ASSERT(client.handshake() &&
                       client.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        bool clean = false;
        client.readAll(clean);
        SSL_SESSION* const session = SSL_get1_session(&client.ssl());
        CPPUNIT_ASSERT_EQUAL(0, SSL_SESSION_is_resumable(session));
        SSL_SESSION_free(session);
    }

    void opensslSpeaksMutualTls()
    {
        TestServer server(mutual());
        const std::string where = server.start().endpoint().toString();
        const TestCertificate clientA = authority.issue({.name = "client-a"});
        const std::string request =
            file("request", "GET /peers HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        testkit::Process openssl("/bin/sh",
                                 {"-c", "openssl s_client -quiet -verify_return_error -connect " + where +
                                            " -CAfile " + file("trusted.crt", authority.certificate()) +
                                            " -cert " + file("client-a.crt", clientA.certificate) + " -key " +
                                            file("client-a.key", clientA.key) + " < " + request});
        openssl.expectLine("HTTP/1.1 200");
        CPPUNIT_ASSERT_EQUAL(0, openssl.waitForExit().value());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TlsStrangersTest);

} // namespace waymark::httpapi
