#include "ShortTime.h"
#include "TestServer.h"

#include <waymark/plugin/Plugin.h>

#include <Poco/String.h>
#include <cppunit/extensions/HelperMacros.h>

#include <random>
#include <thread>

namespace waymark::httpapi
{

namespace
{

const std::string okRequest = "GET /peers HTTP/1.1\r\nHost: a\r\n\r\n";

} // namespace

/// HTTP/1.1 as such, over real sockets.
class ProtocolTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProtocolTest);
    CPPUNIT_TEST(keepsAConnectionForPipelinedRequests);
    CPPUNIT_TEST(closesWhenAskedAndAfterHttp10);
    CPPUNIT_TEST(takesRequestsByteByByte);
    CPPUNIT_TEST(takesChunkedBodiesInAnyPieces);
    CPPUNIT_TEST(continuesOnlyWhenTheBodyIsWanted);
    CPPUNIT_TEST(smugglingShapesAre400AndClose);
    CPPUNIT_TEST(brokenHeadsAre400AndClose);
    CPPUNIT_TEST(oversizedHeadsAreRefused);
    CPPUNIT_TEST(refusalsOfHeadHaveNoBody);
    CPPUNIT_TEST(unspokenVersionsAndCodingsAreRefused);
    CPPUNIT_TEST(truncatedRequestsGetNoAnswer);
    CPPUNIT_TEST(clientsMayLeaveBetweenRequests);
    CPPUNIT_TEST(slowRequestsAre408);
    CPPUNIT_TEST(silentAndIdleConnectionsEnd);
    CPPUNIT_TEST(randomBytesNeverHurt);
    CPPUNIT_TEST(servesManyClientsAtOnce);
    CPPUNIT_TEST(idleConnectionsGiveWayToWaitingOnes);
    CPPUNIT_TEST(slowAndSilentConnectionsGiveWayToo);
    CPPUNIT_TEST(endlessEmptyLinesHaveADeadline);
    CPPUNIT_TEST(secondServerOnAPortIsRefused);
    CPPUNIT_TEST(portIsFreeAgainAtOnce);
    CPPUNIT_TEST(servesIpv6);
    CPPUNIT_TEST(stopWaitsForRunningRequestsThenCutsThemOff);
    CPPUNIT_TEST(metricsNameThePatternNeverThePath);
    CPPUNIT_TEST_SUITE_END();

    static void assertRefused(const TestServer& server, int status, const std::string& request)
    {
        HttpClient client(server.endpoint());
        client.send(request);
        const auto answer = client.read();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(request, status, answer.status);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.starts_with("{\"error\""));
        CPPUNIT_ASSERT_EQUAL(0, Poco::icompare(answer.header("connection"), "close"));
        CPPUNIT_ASSERT_MESSAGE(request, client.ended());
    }

    static std::string post(const std::string& headers, const std::string& body)
    {
        return "POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + headers + "\r\n" +
               body;
    }

    static std::string registration() { return R"({"id":")" + testKey(3).hex() + R"(","ip":"10.0.0.3"})"; }

    void keepsAConnectionForPipelinedRequests()
    {
        TestServer server;
        HttpClient client(server.start().endpoint());
        const std::string body = registration();
        client.send(okRequest + post("Content-Length: " + std::to_string(body.size()) + "\r\n", body) +
                    "\r\n" + okRequest + okRequest);
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), client.read().body);
        CPPUNIT_ASSERT_EQUAL(201, client.read().status);
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        const auto last = client.read();
        CPPUNIT_ASSERT(last.body.find(testKey(3).hex()) != std::string::npos);
        CPPUNIT_ASSERT(Poco::icompare(last.header("connection"), "close") != 0);
    }

    void closesWhenAskedAndAfterHttp10()
    {
        TestServer server;
        server.start();
        for (const char* request : {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
                                    "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"}) {
            HttpClient client(server.endpoint());
            client.send(request);
            CPPUNIT_ASSERT_EQUAL(200, client.read().status);
            CPPUNIT_ASSERT_MESSAGE(request, client.ended());
        }
    }

    void takesRequestsByteByByte()
    {
        TestServer server;
        HttpClient client(server.start().endpoint());
        const std::string body = registration();
        client.drip("\r\n" + post("Content-Length: " + std::to_string(body.size()) + "\r\n", body) +
                    okRequest);
        CPPUNIT_ASSERT_EQUAL(201, client.read().status);
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    }

    void takesChunkedBodiesInAnyPieces()
    {
        TestServer server;
        HttpClient client(server.start().endpoint());
        std::string chunks;
        for (const char byte : registration())
            chunks += "1;note=x\r\n" + std::string(1, byte) + "\r\n";
        const std::string request =
            post("Transfer-Encoding: Chunked\r\n", chunks + "0\r\nTrailer: x\r\n\r\n") + okRequest;
        client.send(request);
        CPPUNIT_ASSERT_EQUAL(201, client.read().status);
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        client.drip(request);
        CPPUNIT_ASSERT_EQUAL(201, client.read().status);
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        for (const char* broken :
             {"x\r\n", "1\r\nab\r\n", "1\nx\r\n", "\r\n", "123456789\r\n", "-1\r\n", "0x1\r\n"})
            assertRefused(server, 400, post("Transfer-Encoding: chunked\r\n", broken));
    }

    void continuesOnlyWhenTheBodyIsWanted()
    {
        TestServer server;
        server.start();
        const std::string body = registration();
        const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
        HttpClient client(server.endpoint());
        client.send(post("Expect: 100-continue\r\n" + length, ""));
        CPPUNIT_ASSERT_EQUAL(100, client.read().status);
        client.send(body);
        CPPUNIT_ASSERT_EQUAL(201, client.read().status);
        assertRefused(server, 413, post("Expect: 100-continue\r\nContent-Length: 70000\r\n", ""));
        assertRefused(server, 404,
                      "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n" + length + "\r\n");
        assertRefused(server, 417, post("Expect: more\r\n" + length, body));
    }

    void smugglingShapesAre400AndClose()
    {
        TestServer server;
        server.start();
        for (const std::string headers :
             {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
              "Content-Length: 2\r\nContent-Length: 2\r\n", "Content-Length: 2\r\nContent-Length: 3\r\n",
              "Content-Length: 2, 2\r\n", "Content-Length: +2\r\n", "Content-Length: -2\r\n",
              "Content-Length: 0x2\r\n", "Content-Length: 2 \t2\r\n", "Content-Length:\r\n",
              "Content-Length: 99999999999999999999\r\n", "Content-Length : 2\r\n",
              "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
              "X: a\r\n Content-Length: 2\r\n", "Host: b\r\n", "X: a\rContent-Length: 2\r\n",
              "X: a\nContent-Length: 2\r\n"})
            assertRefused(server, 400, post(headers, "{}"));
        assertRefused(server, 501, post("Transfer-Encoding: chunked, identity\r\n", "{}"));
        assertRefused(server, 501, post("Transfer-Encoding: xchunked\r\n", "{}"));
        assertRefused(server, 400, "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
        CPPUNIT_ASSERT(server.metric("waymark_http_dropped_total", {{"reason", "ambiguous-length"}}) >= 5);
    }

    void brokenHeadsAre400AndClose()
    {
        TestServer server;
        server.start();
        for (const std::string& head :
             {std::string("GET /\r\n\r\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
              std::string("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
              std::string(" GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
              std::string("G@T / HTTP/1.1\r\nHost: a\r\n\r\n"),
              std::string("GET / HTTP/1.1\r\nHost a\r\n\r\n"), std::string("GET / HTTP/1.1\r\n: a\r\n\r\n"),
              std::string("GET / HTTP/1.1\nHost: a\n\n"), std::string("GET /\x01 HTTP/1.1\r\n"),
              std::string("GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"),
              std::string("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"),
              std::string("GET peers HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              std::string("\x16\x03\x01\x02", 4), std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29),
              std::string("GET / HTTQ/1.1\r\nHost: a\r\n\r\n")})
            assertRefused(server, 400, head);
    }

    void oversizedHeadsAreRefused()
    {
        TestServer server(Values{{"max-head", "4k"}});
        server.start();
        assertRefused(server, 431, "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(5000, 'x') + "\r\n\r\n");
        assertRefused(server, 431, std::string(5000, 'G'));
        std::string fields;
        for (int i = 0; i < 200; ++i)
            fields += "X: y\r\n";
        assertRefused(server, 431, "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
        TestServer roomy;
        roomy.start();
        assertRefused(roomy, 414, "GET /" + std::string(9000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    void refusalsOfHeadHaveNoBody()
    {
        TestServer server;
        server.start();
        const std::string head = "HEAD /peers HTTP/1.1\r\nHost: a\r\n";
        const std::map<int, std::string> refused{{417, head + "Expect: x\r\n\r\n"},
                                                 {400, head + "broken\r\n\r\n"},
                                                 {431, head + "X: " + std::string(20000, 'x')}};
        for (const auto& [status, request] : refused) {
            HttpClient client(server.endpoint());
            client.send(request);
            CPPUNIT_ASSERT_EQUAL(status, client.read(true).status);
            CPPUNIT_ASSERT_MESSAGE(request, client.ended());
        }
    }

    void unspokenVersionsAndCodingsAreRefused()
    {
        TestServer server;
        server.start();
        assertRefused(server, 505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n");
        assertRefused(server, 505, "PRI * HTTP/2.0\r\n\r\n");
        assertRefused(server, 501, post("Transfer-Encoding: gzip\r\n", ""));
    }

    static double cutOff(const TestServer& server)
    {
        return server.metric("waymark_http_dropped_total", {{"reason", "cut-off"}});
    }

    void clientsMayLeaveBetweenRequests()
    {
        TestServer server;
        server.start();
        for (int requests = 0; requests < 3; ++requests) {
            HttpClient client(server.endpoint());
            for (int i = 0; i < requests; ++i)
                CPPUNIT_ASSERT_EQUAL(200, client.send(okRequest).read().status);
            client.send("\r\n"); // which a client may add, and is no request
            client.socket().shutdownSend();
            CPPUNIT_ASSERT(client.ended());
        }
        CPPUNIT_ASSERT_EQUAL(0.0, cutOff(server));
        HttpClient client(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(200, client.send(okRequest).read().status);
        client.send("G");
        client.socket().shutdownSend();
        CPPUNIT_ASSERT(client.ended());
        CPPUNIT_ASSERT_EQUAL(1.0, cutOff(server));
    }

    void truncatedRequestsGetNoAnswer()
    {
        TestServer server;
        server.start();
        const std::string body = registration();
        const std::string whole = post("Content-Length: " + std::to_string(body.size()) + "\r\n", body);
        int cut = 0;
        for (std::size_t length = 1; length < whole.size(); length += 7, ++cut) {
            HttpClient client(server.endpoint());
            client.send(whole.substr(0, length));
            client.socket().shutdownSend();
            CPPUNIT_ASSERT(client.ended());
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), server.registry.size());
        CPPUNIT_ASSERT_EQUAL(static_cast<double>(cut), cutOff(server));
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
    }

    void slowRequestsAre408()
    {
        TestServer server(Values{{"request-timeout", shortTime}});
        server.start();
        assertRefused(server, 408, "GET / HT");
        assertRefused(server, 408, post("Content-Length: 10\r\n", "{"));
        assertRefused(server, 408, post("Transfer-Encoding: chunked\r\n", "5\r\n{"));
    }

    void silentAndIdleConnectionsEnd()
    {
        TestServer server(Values{{"request-timeout", shortTime}, {"keep-alive-timeout", "100ms"}});
        server.start();
        HttpClient silent(server.endpoint());
        CPPUNIT_ASSERT(silent.ended());
        CPPUNIT_ASSERT_EQUAL(1.0, server.metric("waymark_http_dropped_total", {{"reason", "silent"}}));
        HttpClient idle(server.endpoint());
        idle.send(okRequest);
        CPPUNIT_ASSERT_EQUAL(200, idle.read().status);
        CPPUNIT_ASSERT(idle.ended());
        CPPUNIT_ASSERT_EQUAL(1.0, server.dropped("silent"));
    }

    void randomBytesNeverHurt()
    {
        TestServer server(Values{{"request-timeout", "10m"}});
        server.start();
        std::mt19937 random(20260726);
        const std::string whole = post("Content-Length: 20\r\n", std::string(20, '{'));
        for (int round = 0; round < 300; ++round) {
            std::string bytes = round % 2 == 0 ? whole : std::string(64, ' ');
            const int changes = round % 2 == 0 ? 3 : static_cast<int>(bytes.size());
            for (int i = 0; i < changes; ++i)
                bytes[random() % bytes.size()] = static_cast<char>(random());
            HttpClient client(server.endpoint());
            client.send(bytes);
            client.socket().shutdownSend();
            while (!client.ended())
                client.read();
        }
        CPPUNIT_ASSERT_EQUAL(200, server.get("/health").status);
    }

    void servesManyClientsAtOnce()
    {
        constexpr unsigned clients = 32;
        constexpr unsigned each = 10;
        TestServer server(Values{{"threads", "8"}});
        server.start();
        std::atomic<int> good{0};
        {
            std::vector<std::jthread> threads;
            for (unsigned c = 0; c < clients; ++c)
                threads.emplace_back([&, c] {
                    for (unsigned i = 0; i < each; ++i) {
                        const std::string id = testKey(2 + c * each + i).hex();
                        const auto made = server.post(R"({"id":")" + id + R"(","ip":"10.0.0.1"})");
                        good += made.status == 201 && server.get("/peers/" + id).status == 200 ? 1 : 0;
                    }
                });
        }
        CPPUNIT_ASSERT_EQUAL(static_cast<int>(clients * each), good.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t(clients * each), server.registry.size());
    }

    void idleConnectionsGiveWayToWaitingOnes()
    {
        TestServer server(Values{{"threads", "2"}, {"keep-alive-timeout", "10m"}});
        server.start();
        HttpClient first(server.endpoint());
        HttpClient second(server.endpoint());
        for (HttpClient* client : {&first, &second})
            CPPUNIT_ASSERT_EQUAL(200, client->send(okRequest).read().status);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
    }

    void slowAndSilentConnectionsGiveWayToo()
    {
        TestServer server(Values{{"threads", "2"}, {"request-timeout", "10m"}});
        server.start();
        HttpClient silent(server.endpoint());
        HttpClient slowHead(server.endpoint());
        HttpClient slowBody(server.endpoint());
        slowHead.send("GET / HT");
        slowBody.send(post("Content-Length: 10\r\n", "{"));
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
    }

    void endlessEmptyLinesHaveADeadline()
    {
        TestServer server(Values{{"request-timeout", "100ms"}});
        server.start();
        HttpClient client(server.endpoint());
        std::string lines;
        while (lines.size() < 65536)
            lines += "\r\n";
        const auto sendForEver = [&] {
            for (;;)
                client.send(lines);
        };
        CPPUNIT_ASSERT_THROW(sendForEver(), Poco::Exception);
    }

    static void assertRefused(const std::string& listen, const std::string& advice)
    {
        TestServer server(Values{{"listen", listen}, {"allow-anonymous", "true"}, {"registration", "open"}});
        try {
            server.start();
            CPPUNIT_FAIL("a server got " + listen);
        } catch (const plugin::StartError& error) {
            CPPUNIT_ASSERT(error.code() == plugin::ExitCode::unavailable);
            for (const std::string& words : {listen, advice})
                CPPUNIT_ASSERT_MESSAGE(error.what(),
                                       std::string(error.what()).find(words) != std::string::npos);
        }
    }

    void secondServerOnAPortIsRefused()
    {
        TestServer first;
        const std::string taken = first.start().endpoint().toString();
        TestServer second(Values{{"listen", taken}});
        try {
            second.start();
            CPPUNIT_FAIL("two servers got " + taken);
        } catch (const plugin::StartError& error) {
            CPPUNIT_ASSERT(error.code() == plugin::ExitCode::unavailable);
            CPPUNIT_ASSERT(std::string(error.what()).find(taken) != std::string::npos);
        }
        assertRefused("0.0.0.0:" + std::to_string(first.endpoint().port), "the port is in use");
        assertRefused("192.0.2.1:0", "take an address of this machine");
        CPPUNIT_ASSERT(second.plugin.health().status == observe::HealthStatus::failed);
        CPPUNIT_ASSERT_EQUAL(200, first.get("/").status);
    }

    void portIsFreeAgainAtOnce()
    {
        TestServer first;
        const auto where = first.start().endpoint();
        HttpClient open(where);
        CPPUNIT_ASSERT_EQUAL(200, open.send(okRequest).read().status);
        first.stop(); // closes first, so that its end waits in TIME_WAIT
        TestServer second(Values{{"listen", where.toString()}});
        CPPUNIT_ASSERT_EQUAL(200, second.start().get("/").status);
    }

    void servesIpv6()
    {
        TestServer server(Values{{"listen", "[::1]:0"}});
        server.start();
        CPPUNIT_ASSERT(server.get("/").body.find("\"http_addr\":\"[::1]:") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(
            201, server.post(R"({"secret_key":")" + testSecret(2) + R"(","ip":"10.0.0.1"})").status);
    }

    void stopWaitsForRunningRequestsThenCutsThemOff()
    {
        for (const bool patient : {true, false}) {
            TestServer server;
            server.registry.hold();
            HttpClient client(server.start().endpoint());
            const std::string body = registration();
            client.send(post("Content-Length: " + std::to_string(body.size()) + "\r\n", body));
            server.registry.waitUntilHeld();
            std::jthread stopper([&] { server.stop(std::chrono::milliseconds(patient ? 20000 : 0)); });
            if (patient) {
                server.registry.release();
                CPPUNIT_ASSERT_EQUAL(201, client.read().status);
            }
            stopper.join();
            CPPUNIT_ASSERT_THROW(HttpClient{server.endpoint()}, std::exception);
        }
    }

    void metricsNameThePatternNeverThePath()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(404, server.get("/peers/" + testKey(3).hex()).status);
        CPPUNIT_ASSERT_EQUAL(405, HttpClient::request(server.endpoint(), "BREW", "/peers").status);
        const std::string text = server.metrics.expose();
        CPPUNIT_ASSERT(
            text.find("waymark_http_requests_total{method=\"GET\",route=\"/peers/{id}\",status=\"404\"} 1") !=
            std::string::npos);
        CPPUNIT_ASSERT(text.find("waymark_http_request_seconds_bucket") != std::string::npos);
        CPPUNIT_ASSERT(text.find(testKey(3).hex()) == std::string::npos);
        CPPUNIT_ASSERT(text.find("BREW") == std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProtocolTest);

} // namespace waymark::httpapi
