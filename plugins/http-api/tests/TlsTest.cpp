#include "HeldRoutes.h"
#include "RawTls.h"
#include "TlsFixture.h"

#include <waymark/testkit/Process.h>

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <deque>
#include <optional>

namespace waymark::httpapi
{

/// The API over TLS, with clients of three makes.
class TlsTest : public TlsFixture
{
    CPPUNIT_TEST_SUITE(TlsTest);
    CPPUNIT_TEST(servesBothVersions);
    CPPUNIT_TEST(servesAnRsaKeyAndItsChain);
    CPPUNIT_TEST(servesCurl);
    CPPUNIT_TEST(refusesOldVersions);
    CPPUNIT_TEST(speaksOnlyHttp11);
    CPPUNIT_TEST(resumesSessions);
    CPPUNIT_TEST(doesNotRenegotiate);
    CPPUNIT_TEST(followsNewKeys);
    CPPUNIT_TEST(manyRequestsInOneRecordAreAnsweredInOrder);
    CPPUNIT_TEST(bodiesOfManyRecordsArrive);
    CPPUNIT_TEST(requestsInTheSmallestRecordsArrive);
    CPPUNIT_TEST(bodiesThatWaitAreAskedFor);
    CPPUNIT_TEST(largeAndStreamedAndLateAnswersArrive);
    CPPUNIT_TEST(clientsThatDoNotReadHoldNoThread);
    CPPUNIT_TEST(endsSayThatTheyAreEnds);
    CPPUNIT_TEST(halfClosedClientsGetTheirAnswers);
    CPPUNIT_TEST(tellsBrowsersToStayOnlyWhenToldSo);
    CPPUNIT_TEST_SUITE_END();

    const Values _patient{{"threads", "2"}, {"request-timeout", "10m"}, {"keep-alive-timeout", "10m"}};

    void servesBothVersions()
    {
        TestServer server(values());
        server.start();
        CPPUNIT_ASSERT(server.lines->lines().find("http.listening url=https://127.0.0.1:") !=
                       std::string::npos);
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            const auto context = trusting();
            SSL_CTX_set_max_proto_version(context->sslContext(), version);
            HttpClient client = connect(server, context);
            for (int i = 0; i < 3; ++i)
                CPPUNIT_ASSERT_EQUAL(200, client.send(getRequest("/")).read().status);
        }
        CPPUNIT_ASSERT_EQUAL(2.0, handshakes(server, "completed"));
    }

    void servesAnRsaKeyAndItsChain()
    {
        TestCertificate certificate = authority.issue({.rsa = true});
        certificate.certificate += authority.certificate();
        install(certificate);
        TestServer server(values());
        HttpClient client = connect(server.start());
        CPPUNIT_ASSERT_EQUAL(200, client.send(getRequest("/")).read().status);
    }

    void servesCurl()
    {
        TestServer server(values());
        const std::string url = "https://" + server.start().endpoint().toString() + "/health";
        testkit::Process curl("/usr/bin/curl",
                              {"-sS", "--cacert", file("trusted.crt", authority.certificate()), url});
        CPPUNIT_ASSERT_EQUAL(0, curl.waitForExit().value());
        CPPUNIT_ASSERT(curl.output().find("\"status\"") != std::string::npos);
    }

    void refusesOldVersions()
    {
        const auto newest = [](int version) {
            return [version](SSL& ssl) {
                SSL_set_security_level(&ssl, 0);
                SSL_set_min_proto_version(&ssl, TLS1_VERSION);
                SSL_set_max_proto_version(&ssl, version);
            };
        };
        TestServer server(values());
        server.start();
        CPPUNIT_ASSERT(!RawTls(server.endpoint(), newest(TLS1_1_VERSION)).handshake());
        TestServer modern(values({{"tls-min-version", "1.3"}}));
        modern.start();
        CPPUNIT_ASSERT(!RawTls(modern.endpoint(), newest(TLS1_2_VERSION)).handshake());
        CPPUNIT_ASSERT(RawTls(modern.endpoint(), newest(TLS1_3_VERSION)).handshake());
        modern.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(1.0, handshakes(server, "incompatible"));
        CPPUNIT_ASSERT_EQUAL(1.0, handshakes(modern, "incompatible"));
    }

    static bool offers(TestServer& server, const std::string& protocols)
    {
        RawTls client(server.endpoint(), [&](SSL& ssl) {
            const void* const bytes = protocols.data();
            SSL_set_alpn_protos(&ssl, static_cast<const unsigned char*>(bytes),
                                static_cast<unsigned>(protocols.size()));
        });
        if (!client.handshake())
            return false;
        const unsigned char* chosen = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(&client.ssl(), &chosen, &size);
        const void* const bytes = chosen;
        return std::string_view(static_cast<const char*>(bytes), size) == "http/1.1";
    }

    void speaksOnlyHttp11()
    {
        TestServer server(values());
        server.start();
        CPPUNIT_ASSERT(offers(server, "\x02h2\x08http/1.1"));
        CPPUNIT_ASSERT(!offers(server, "\x02h2"));
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(1.0, handshakes(server, "incompatible"));
    }

    void resumesSessions()
    {
        TestServer server(values());
        server.start();
        RawTls first(server.endpoint());
        CPPUNIT_ASSERT(first.handshake() &&
                       first.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        bool clean = false;
        CPPUNIT_ASSERT(!first.readAll(clean).empty()); // tickets come with the answer
        SSL_SESSION* const session = SSL_get1_session(&first.ssl());
        RawTls second(server.endpoint(), [&](SSL& ssl) { SSL_set_session(&ssl, session); });
        SSL_SESSION_free(session);
        CPPUNIT_ASSERT(second.handshake() && SSL_session_reused(&second.ssl()) == 1);
        server.awaitConnections("idle", 1);
        CPPUNIT_ASSERT_EQUAL(1.0, handshakes(server, "resumed"));
    }

    void doesNotRenegotiate()
    {
        TestServer server(values());
        server.start();
        RawTls client(server.endpoint(), [](SSL& ssl) { SSL_set_max_proto_version(&ssl, TLS1_2_VERSION); });
        CPPUNIT_ASSERT(client.handshake());
        CPPUNIT_ASSERT_EQUAL(1, SSL_renegotiate(&client.ssl()));
        CPPUNIT_ASSERT(SSL_do_handshake(&client.ssl()) != 1);
    }

    void followsNewKeys()
    {
        TestServer server(values());
        server.start();
        RawTls client(server.endpoint(), [](SSL& ssl) { SSL_set_min_proto_version(&ssl, TLS1_3_VERSION); });
        CPPUNIT_ASSERT(client.handshake());
        CPPUNIT_ASSERT(client.send("GET / HTTP/1.1\r\n"));
        CPPUNIT_ASSERT_EQUAL(1, SSL_key_update(&client.ssl(), SSL_KEY_UPDATE_REQUESTED));
        CPPUNIT_ASSERT(client.send("Host: a\r\nConnection: close\r\n\r\n"));
        bool clean = false;
        CPPUNIT_ASSERT(client.readAll(clean).starts_with("HTTP/1.1 200"));
    }

    void manyRequestsInOneRecordAreAnsweredInOrder()
    {
        // More than one read, so that most of it waits where the descriptor tells nothing of it.
        TestServer server(values(_patient));
        HttpClient client = connect(server.start());
        std::string requests;
        int count = 0;
        for (; requests.size() < 15'000; ++count)
            requests += getRequest(count % 2 == 0 ? "/peers" : "/none");
        client.send(requests);
        for (int i = 0; i < count; ++i)
            CPPUNIT_ASSERT_EQUAL(i % 2 == 0 ? 200 : 404, client.read().status);
        server.awaitConnections("idle", 1);
    }

    void bodiesOfManyRecordsArrive()
    {
        TestServer server(values({{"max-body", "2M"}, {"request-timeout", "10m"}}));
        HttpClient client = connect(server.start());
        const std::string body = R"({"id":")" + testKey(3).hex() + R"(","ip":"10.0.0.3","x":")" +
                                 std::string(1'000'000, 'x') + "\"}";
        for (int i = 0; i < 2; ++i) {
            client.send(
                "POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
            CPPUNIT_ASSERT_EQUAL(201, client.read().status);
        }
    }

    void requestsInTheSmallestRecordsArrive()
    {
        TestServer server(values(_patient));
        HttpClient client = connect(server.start());
        CPPUNIT_ASSERT_EQUAL(200, client.drip(getRequest("/")).read().status);
    }

    void bodiesThatWaitAreAskedFor()
    {
        TestServer server(values(_patient));
        HttpClient client = connect(server.start());
        const std::string body = R"({"id":")" + testKey(3).hex() + R"(","ip":"10.0.0.3"})";
        client.send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    "Expect: 100-continue\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(100, client.read().status);
        CPPUNIT_ASSERT_EQUAL(201, client.send(body).read().status);
    }

    void largeAndStreamedAndLateAnswersArrive()
    {
        TestServer server(values(_patient));
        HeldRoutes held(server);
        HttpClient client = connect(server.start());
        client.send(getRequest("/later") + getRequest("/large") + getRequest("/stream"));
        held.responders(1).front()(http::ApiResponse::json(202, "{}"));
        CPPUNIT_ASSERT_EQUAL(202, client.read().status);
        CPPUNIT_ASSERT(client.read().body == held.large);
        const auto sink = held.sinks(1).front();
        sink->write("one");
        client.readUntil("one\r\n");
        sink->write("two");
        sink->end();
        CPPUNIT_ASSERT_EQUAL(std::string("onetwo"), client.read().body);
    }

    void clientsThatDoNotReadHoldNoThread()
    {
        auto patient = _patient;
        patient["max-buffered"] = "1G";
        TestServer server(values(patient));
        HeldRoutes held(server);
        server.start();
        std::deque<HttpClient> clients;
        for (int i = 0; i < 4; ++i)
            clients.push_back(connect(server).send(getRequest("/large")));
        server.awaitConnections("writing", 4);
        CPPUNIT_ASSERT_EQUAL(200, connect(server).send(getRequest("/")).read().status);
        for (HttpClient& client : clients)
            CPPUNIT_ASSERT(client.read().body == held.large);
    }

    void endsSayThatTheyAreEnds()
    {
        TestServer server(values({{"keep-alive-timeout", "100ms"}}));
        server.start();
        for (const char* fields : {"Connection: close\r\n", ""}) {
            RawTls client(server.endpoint());
            CPPUNIT_ASSERT(client.handshake() &&
                           client.send("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n"));
            bool clean = false;
            CPPUNIT_ASSERT(client.readAll(clean).starts_with("HTTP/1.1 200"));
            CPPUNIT_ASSERT(clean);
        }
    }

    void halfClosedClientsGetTheirAnswers()
    {
        TestServer server(values(_patient));
        HeldRoutes held(server);
        server.start();
        RawTls client(server.endpoint());
        CPPUNIT_ASSERT(client.handshake() && client.send(getRequest("/later")));
        SSL_shutdown(&client.ssl());
        held.responders(1).front()(http::ApiResponse::json(202, "{}"));
        bool clean = false;
        CPPUNIT_ASSERT(client.readAll(clean).starts_with("HTTP/1.1 202"));
        CPPUNIT_ASSERT(clean);
    }

    void tellsBrowsersToStayOnlyWhenToldSo()
    {
        const std::string header = "strict-transport-security";
        TestServer silent(values());
        CPPUNIT_ASSERT_EQUAL(std::string(),
                             connect(silent.start()).send(getRequest("/")).read().header(header));
        TestServer telling(values({{"tls-hsts", "30d"}}));
        CPPUNIT_ASSERT_EQUAL(std::string("max-age=2592000"),
                             connect(telling.start()).send(getRequest("/")).read().header(header));
        TestServer plain(Values{{"tls-hsts", "30d"}});
        CPPUNIT_ASSERT_EQUAL(std::string(), plain.start().get("/").header(header));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TlsTest);

} // namespace waymark::httpapi
