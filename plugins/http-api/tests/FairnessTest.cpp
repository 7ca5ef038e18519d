#include "HeldRoutes.h"
#include "ShortTime.h"
#include "TestServer.h"

#include <Poco/Exception.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <deque>
#include <future>
#include <mutex>
#include <sstream>
#include <thread>

namespace waymark::httpapi
{

/// Nobody loses an answer, a thread or memory to what another client does.
class FairnessTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FairnessTest);
    CPPUNIT_TEST(whoSendsMoreThanIsReadGetsTheWholeAnswer);
    CPPUNIT_TEST(reservedThreadsServeNothingElse);
    CPPUNIT_TEST(whoWaitsForAThreadComesBeforeTheNextRequestOfItsClient);
    CPPUNIT_TEST(streamsLeaveConnectionsForOthers);
    CPPUNIT_TEST(streamsWhoseClientLeftEndThoughNobodyWrites);
    CPPUNIT_TEST(streamsThatAreNotReadHaveADeadline);
    CPPUNIT_TEST(answersThatAreNotReadHaveADeadline);
    CPPUNIT_TEST(bodiesThatDripHaveADeadline);
    CPPUNIT_TEST(refusedClientsThatStayAreLeft);
    CPPUNIT_TEST(mappedAddressesCountAsWhatTheyAre);
    CPPUNIT_TEST(whoSendsAnEmptyLineIsIdle);
    CPPUNIT_TEST_SUITE_END();

    static constexpr auto patient = "10m";

    void whoSendsMoreThanIsReadGetsTheWholeAnswer()
    {
        TestServer server(Values{{"request-timeout", patient}});
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        server.awaitConnections("writing", 1);
        client.send(getRequest("/"));
        CPPUNIT_ASSERT(client.read().body == held.large);
        CPPUNIT_ASSERT(client.ended());
    }

    /// A route that tells the thread that serves it, once it may.
    static Subscription threadRoute(TestServer& server, const std::string& pattern, http::Role role,
                                    std::promise<void>* entered, const std::shared_future<void>& may)
    {
        http::Route route;
        route.method = "GET";
        route.pattern = pattern;
        route.role = role;
        route.handler = [entered, may](const http::ApiRequest&) {
            if (entered != nullptr)
                entered->set_value();
            may.wait();
            std::ostringstream id;
            id << std::this_thread::get_id();
            return http::ApiResponse::complete(200, "text/plain", id.str());
        };
        return server.routes.add(std::move(route));
    }

    void reservedThreadsServeNothingElse()
    {
        TestServer server(Values{{"threads", "2"}, {"request-timeout", patient}});
        HeldRoutes held(server);
        std::promise<void> entered;
        std::promise<void> may;
        const std::shared_future<void> allowed = may.get_future().share();
        const auto open = threadRoute(server, "/open", http::Role::open, &entered, allowed);
        const auto other = threadRoute(server, "/other", http::Role::reader, nullptr, allowed);
        server.start();
        std::deque<HttpClient> busy;
        for (int i = 0; i < 2; ++i)
            busy.emplace_back(server.endpoint()).send(getRequest("/block"));
        held.awaitBlocked(2);
        HttpClient client(server.endpoint());
        client.send(getRequest("/open") + getRequest("/other"));
        entered.get_future().wait(); // on a reserved thread: the others are busy
        held.unblock();
        for (HttpClient& blocked : busy)
            CPPUNIT_ASSERT_EQUAL(200, blocked.read().status);
        server.awaitConnections("idle", 2); // now the others are free
        may.set_value();
        const std::string reserved = client.read().body;
        CPPUNIT_ASSERT(reserved != client.read().body);
    }

    void whoWaitsForAThreadComesBeforeTheNextRequestOfItsClient()
    {
        TestServer server(Values{{"threads", "2"}, {"request-timeout", patient}});
        HeldRoutes held(server);
        std::promise<void> entered;
        std::promise<void> may;
        const auto gate =
            threadRoute(server, "/gate", http::Role::reader, &entered, may.get_future().share());
        std::mutex mutex;
        std::string order;
        http::Route route;
        route.method = "GET";
        route.pattern = "/order/{who}";
        route.handler = [&](const http::ApiRequest& request) {
            const std::lock_guard lock(mutex);
            order += request.parameters.at("who");
            return http::ApiResponse::json(200, "{}");
        };
        const auto ordered = server.routes.add(std::move(route));
        server.start();
        HttpClient busy(server.endpoint());
        busy.send(getRequest("/block"));
        held.awaitBlocked(1);
        HttpClient greedy(server.endpoint());
        greedy.send(getRequest("/gate") + getRequest("/order/greedy"));
        entered.get_future().wait();
        HttpClient waiting(server.endpoint());
        waiting.send(getRequest("/order/waiting-"));
        server.awaitConnections("queued", 1);
        may.set_value();
        for (HttpClient* client : {&greedy, &waiting, &greedy})
            CPPUNIT_ASSERT_EQUAL(200, client->read().status);
        CPPUNIT_ASSERT_EQUAL(std::string("waiting-greedy"), order);
    }

    void streamsWhoseClientLeftEndThoughNobodyWrites()
    {
        TestServer server;
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send(getRequest("/stream"));
        const auto sink = held.sinks(1).front();
        server.awaitConnections("streaming", 1);
        client.socket().shutdownSend(); // all that a client that closes says at first
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT(!sink->open());
    }

    void streamsLeaveConnectionsForOthers()
    {
        TestServer server(Values{{"max-connections", "8"}, {"request-timeout", patient}});
        HeldRoutes held(server);
        server.start();
        std::deque<HttpClient> clients;
        for (int i = 0; i < 6; ++i)
            CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 200"), clients.emplace_back(server.endpoint())
                                                                  .send(getRequest("/stream"))
                                                                  .readUntil("\r\n")
                                                                  .substr(0, 12));
        for (int i = 0; i < 2; ++i)
            CPPUNIT_ASSERT_EQUAL(
                503, clients.emplace_back(server.endpoint()).send(getRequest("/stream")).read().status);
        server.awaitConnections("idle", 2); // no thread has them any more: they can give way
        CPPUNIT_ASSERT_EQUAL(200, server.get("/health").status);
    }

    void streamsThatAreNotReadHaveADeadline()
    {
        TestServer server(Values{{"request-timeout", shortTime}});
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send(getRequest("/stream"));
        const auto sink = held.sinks(1).front();
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(100);
        while (sink->open() && std::chrono::steady_clock::now() < until)
            if (server.metric("waymark_http_buffered_bytes") == 0)
                sink->write(std::string(16384, 'x')); // until the client has no room, and no more
        CPPUNIT_ASSERT_MESSAGE(server.metrics.expose(), !sink->open());
        server.awaitConnections("open", 0);
        CPPUNIT_ASSERT_EQUAL(1.0, server.dropped("slow-stream"));
    }

    void answersThatAreNotReadHaveADeadline()
    {
        TestServer server(Values{{"request-timeout", shortTime}});
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send(getRequest("/large"));
        while (server.dropped("unread-answer") < 1)
            std::this_thread::yield();
        server.awaitConnections("open", 0);
    }

    void bodiesThatDripHaveADeadline()
    {
        TestServer server(Values{{"request-timeout", "100ms"}, {"max-body", "64M"}});
        HttpClient client(server.start().endpoint());
        client.send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    "Content-Length: 60000000\r\n\r\n");
        const auto dripForEver = [&] {
            for (;;)
                client.send("x");
        };
        CPPUNIT_ASSERT_THROW(dripForEver(), Poco::Exception);
    }

    void refusedClientsThatStayAreLeft()
    {
        TestServer server(Values{{"request-timeout", patient}, {"keep-alive-timeout", patient}});
        HttpClient client(server.start().endpoint());
        CPPUNIT_ASSERT_EQUAL(400, client.send("GET\n").read().status);
        server.awaitConnections("open", 0);
    }

    void mappedAddressesCountAsWhatTheyAre()
    {
        TestServer server(Values{{"listen", "[::]:0"},
                                 {"allow-anonymous", "true"},
                                 {"registration", "open"},
                                 {"max-connections-per-address", "1"}});
        server.start();
        const auto mapped = [&](const char* address) {
            return node::Endpoint{node::IpAddress::parse(address).value(), server.endpoint().port};
        };
        std::deque<HttpClient> clients;
        for (const char* from : {"127.0.0.1", "127.0.0.2"})
            CPPUNIT_ASSERT_EQUAL(
                200, clients.emplace_back(mapped("127.0.0.1"), from).send(getRequest("/")).read().status);
        CPPUNIT_ASSERT_EQUAL(200, clients.emplace_back(mapped("::1")).send(getRequest("/")).read().status);
        CPPUNIT_ASSERT_EQUAL(
            503, clients.emplace_back(mapped("127.0.0.1"), "127.0.0.2").send(getRequest("/")).read().status);
    }

    /// Some clients send one behind a body (RFC 9112 section 2.2).
    void whoSendsAnEmptyLineIsIdle()
    {
        TestServer server(Values{{"request-timeout", shortTime}, {"keep-alive-timeout", patient}});
        HttpClient client(server.start().endpoint());
        client.send(getRequest("/") + "\r\n");
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        HttpClient slow(server.endpoint());
        slow.send("GET");
        CPPUNIT_ASSERT_EQUAL(408, slow.read().status);
        CPPUNIT_ASSERT_EQUAL(200, client.send(getRequest("/")).read().status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FairnessTest);

} // namespace waymark::httpapi
