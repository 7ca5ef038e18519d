#include "HeldRoutes.h"
#include "ShortTime.h"
#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <deque>
#include <filesystem>
#include <iterator>

namespace waymark::httpapi
{

/// Many clients and few threads: nobody who waits, or is waited for, holds one.
class FrontTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FrontTest);
    CPPUNIT_TEST(clientsWithoutAWholeRequestHoldNoThread);
    CPPUNIT_TEST(answersThatComeLaterHoldNoThread);
    CPPUNIT_TEST(aThousandStreamsHoldNoThread);
    CPPUNIT_TEST(clientsThatDoNotReadHoldNoThread);
    CPPUNIT_TEST(healthAndMetricsAreServedWhileAllThreadsAreBusy);
    CPPUNIT_TEST(whoWaitsTooLongForAThreadGets503);
    CPPUNIT_TEST(pipelinedRequestsAreAnsweredInOrder);
    CPPUNIT_TEST(halfClosedClientsGetTheirAnswers);
    CPPUNIT_TEST(lateAnswersToClientsThatLeftGoNowhere);
    CPPUNIT_TEST(connectionsEndAfterTheirLastRequest);
    CPPUNIT_TEST(bodiesThatWaitAreAskedForOnceAndArriveInPieces);
    CPPUNIT_TEST(refusedBodiesThatStillComeDoNotDestroyTheAnswer);
    CPPUNIT_TEST_SUITE_END();

    using Clients = std::deque<HttpClient>;
    const Values _fewThreads{{"threads", "2"},
                             {"request-timeout", "10m"},
                             {"keep-alive-timeout", "10m"},
                             {"max-connections-per-address", "5000"}};

    static void connect(Clients& clients, TestServer& server, int count, const std::string& bytes)
    {
        for (int i = 0; i < count; ++i)
            clients.emplace_back(server.endpoint()).send(bytes);
    }

    void clientsWithoutAWholeRequestHoldNoThread()
    {
        constexpr int each = 50;
        TestServer server(_fewThreads);
        server.start();
        Clients clients;
        connect(clients, server, each, "");
        connect(clients, server, each, "GET / HTT");
        connect(clients, server, each,
                "POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                "Content-Length: 99\r\n\r\n{");
        connect(clients, server, each, getRequest("/"));
        for (int i = 0; i < each; ++i)
            CPPUNIT_ASSERT_EQUAL(200,
                                 clients[clients.size() - 1 - static_cast<std::size_t>(i)].read().status);
        server.awaitConnections("idle", 2 * each);
        server.awaitConnections("reading", 2 * each);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
        for (int i = 0; i < each; ++i) {
            clients[each + static_cast<std::size_t>(i)].send("P/1.1\r\nHost: a\r\n\r\n");
            CPPUNIT_ASSERT_EQUAL(200, clients[each + static_cast<std::size_t>(i)].read().status);
        }
    }

    void answersThatComeLaterHoldNoThread()
    {
        constexpr std::size_t many = 50;
        TestServer server(_fewThreads);
        HeldRoutes held(server);
        server.start();
        Clients clients;
        connect(clients, server, many, getRequest("/later"));
        const auto responders = held.responders(many);
        server.awaitConnections("parked", many);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
        for (std::size_t i = 0; i < many; ++i)
            responders[i](http::ApiResponse::json(202, "{}"));
        for (HttpClient& client : clients)
            CPPUNIT_ASSERT_EQUAL(202, client.read().status);
        server.awaitConnections("parked", 0);
    }

    static std::ptrdiff_t threads()
    {
        return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                             std::filesystem::directory_iterator());
    }

    void aThousandStreamsHoldNoThread()
    {
        constexpr std::size_t many = 1000;
        TestServer server(_fewThreads);
        HeldRoutes held(server);
        server.start();
        const std::ptrdiff_t before = threads();
        Clients clients;
        connect(clients, server, many, getRequest("/stream"));
        const auto sinks = held.sinks(many);
        server.awaitConnections("streaming", many);
        CPPUNIT_ASSERT_EQUAL(before, threads());
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
        for (const char* event : {"one", "two"}) {
            for (const auto& sink : sinks)
                CPPUNIT_ASSERT(sink->write(event));
            for (HttpClient& client : clients)
                client.readUntil(std::string(event) + "\r\n");
        }
        for (const auto& sink : sinks)
            sink->end();
        for (HttpClient& client : clients)
            CPPUNIT_ASSERT_EQUAL(std::string("onetwo"), client.read().body);
        CPPUNIT_ASSERT_EQUAL(0.0, server.metric("waymark_http_streams"));
    }

    void clientsThatDoNotReadHoldNoThread()
    {
        constexpr std::size_t many = 4;
        auto values = _fewThreads;
        values["max-buffered"] = "1G";
        TestServer server(values);
        HeldRoutes held(server);
        server.start();
        Clients clients;
        connect(clients, server, many, getRequest("/large") + getRequest("/"));
        server.awaitConnections("writing", many);
        CPPUNIT_ASSERT(server.metric("waymark_http_buffered_bytes") > 0);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
        for (HttpClient& client : clients) {
            CPPUNIT_ASSERT(client.read().body == held.large);
            CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        }
        server.awaitConnections("idle", many);
        CPPUNIT_ASSERT_EQUAL(0.0, server.metric("waymark_http_buffered_bytes"));
    }

    void healthAndMetricsAreServedWhileAllThreadsAreBusy()
    {
        TestServer server(_fewThreads);
        HeldRoutes held(server);
        server.start();
        Clients clients;
        connect(clients, server, 3, getRequest("/block"));
        held.awaitBlocked(2);
        server.awaitConnections("queued", 1);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/health").status);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/readyz?verbose").status);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/metrics").status);
        CPPUNIT_ASSERT_EQUAL(200, HttpClient::request(server.endpoint(), "HEAD", "/health").status);
        held.unblock();
        for (HttpClient& client : clients)
            CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    }

    void whoWaitsTooLongForAThreadGets503()
    {
        TestServer server(Values{{"threads", "2"}, {"request-timeout", shortTime}});
        HeldRoutes held(server);
        server.start();
        Clients clients;
        connect(clients, server, 2, getRequest("/block"));
        held.awaitBlocked(2);
        const auto answer = server.get("/");
        CPPUNIT_ASSERT_EQUAL(503, answer.status);
        CPPUNIT_ASSERT(!answer.header("retry-after").empty());
        CPPUNIT_ASSERT_EQUAL(1.0, server.dropped("busy"));
        held.unblock();
        for (HttpClient& client : clients)
            CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    }

    void pipelinedRequestsAreAnsweredInOrder()
    {
        TestServer server(_fewThreads);
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send(getRequest("/later") + getRequest("/peers") + getRequest("/large") +
                    getRequest("/stream") + getRequest("/none"));
        held.responders(1).front()(http::ApiResponse::json(202, "{}"));
        CPPUNIT_ASSERT_EQUAL(202, client.read().status);
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), client.read().body);
        CPPUNIT_ASSERT(client.read().body == held.large);
        const auto sink = held.sinks(1).front();
        sink->write("all");
        sink->end();
        CPPUNIT_ASSERT_EQUAL(std::string("all"), client.read().body);
        CPPUNIT_ASSERT_EQUAL(404, client.read().status);
    }

    void halfClosedClientsGetTheirAnswers()
    {
        TestServer server(_fewThreads);
        HeldRoutes held(server);
        server.start();
        Clients clients;
        for (const char* path : {"/", "/large", "/later"}) {
            clients.emplace_back(server.endpoint()).send(getRequest(path));
            clients.back().socket().shutdownSend();
        }
        CPPUNIT_ASSERT_EQUAL(200, clients[0].read().status);
        CPPUNIT_ASSERT(clients[1].read().body == held.large);
        held.responders(1).front()(http::ApiResponse::json(202, "{}"));
        CPPUNIT_ASSERT_EQUAL(202, clients[2].read().status);
        for (HttpClient& client : clients)
            CPPUNIT_ASSERT(client.ended());
    }

    void lateAnswersToClientsThatLeftGoNowhere()
    {
        TestServer server(_fewThreads);
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send(getRequest("/later"));
        const auto responder = held.responders(1).front();
        server.awaitConnections("parked", 1);
        client.breakOff();
        server.awaitConnections("open", 0);
        responder(http::ApiResponse::json(202, "{}"));
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
    }

    void connectionsEndAfterTheirLastRequest()
    {
        TestServer server(Values{{"keep-alive-requests", "3"}});
        HttpClient client(server.start().endpoint());
        for (int i = 0; i < 3; ++i)
            CPPUNIT_ASSERT_EQUAL(200, client.send(getRequest("/")).read().status);
        CPPUNIT_ASSERT(client.ended());
    }

    void bodiesThatWaitAreAskedForOnceAndArriveInPieces()
    {
        TestServer server(_fewThreads);
        HttpClient client(server.start().endpoint());
        const std::string body = R"({"id":")" + testKey(3).hex() + R"(","ip":"10.0.0.3"})";
        for (int i = 0; i < 2; ++i) {
            client.send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        "Expect: 100-continue\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n");
            CPPUNIT_ASSERT_EQUAL(100, client.read().status);
            client.drip(body);
            CPPUNIT_ASSERT_EQUAL(201, client.read().status);
        }
    }

    void refusedBodiesThatStillComeDoNotDestroyTheAnswer()
    {
        TestServer server(_fewThreads);
        HttpClient client(server.start().endpoint());
        client.send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    "Content-Length: 500000\r\n\r\n" +
                    std::string(500000, 'x'));
        CPPUNIT_ASSERT_EQUAL(413, client.read().status);
        CPPUNIT_ASSERT(client.ended());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FrontTest);

} // namespace waymark::httpapi
