#include "HeldRoutes.h"
#include "TestServer.h"

#include <Poco/Exception.h>
#include <cppunit/extensions/HelperMacros.h>

#include <thread>

namespace waymark::httpapi
{

/// The end of a server with connections in every state.
class StopTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(StopTest);
    CPPUNIT_TEST(endsConnectionsOfEveryState);
    CPPUNIT_TEST(waitsForNobodyWithoutARequest);
    CPPUNIT_TEST(refusesNewClientsWhileItWaits);
    CPPUNIT_TEST(waitsForAnswersThatComeLater);
    CPPUNIT_TEST(waitsForClientsThatRead);
    CPPUNIT_TEST(servesWhatHasArrived);
    CPPUNIT_TEST(answersAfterTheEndGoNowhere);
    CPPUNIT_TEST(startsAgain);
    CPPUNIT_TEST_SUITE_END();

    const Values _patient{{"request-timeout", "10m"}, {"keep-alive-timeout", "10m"}};

    void endsConnectionsOfEveryState()
    {
        TestServer server(_patient);
        HeldRoutes held(server);
        server.start();
        HttpClient silent(server.endpoint());
        HttpClient idle(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(200, idle.send(getRequest("/")).read().status);
        HttpClient head(server.endpoint());
        head.send("GET / HT");
        HttpClient body(server.endpoint());
        body.send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                  "Content-Length: 9\r\n\r\n{");
        HttpClient parked(server.endpoint());
        parked.send(getRequest("/later"));
        HttpClient streaming(server.endpoint());
        streaming.send(getRequest("/stream"));
        HttpClient writing(server.endpoint());
        writing.send(getRequest("/large"));
        const auto sink = held.sinks(1).front();
        for (const char* state : {"parked", "streaming", "writing"})
            server.awaitConnections(state, 1);
        for (const char* state : {"idle", "reading"})
            server.awaitConnections(state, 2);
        server.stop(std::chrono::milliseconds(0));
        for (HttpClient* client : {&silent, &idle, &head, &body})
            CPPUNIT_ASSERT(client->ended());
        CPPUNIT_ASSERT_EQUAL(503, parked.read().status);
        CPPUNIT_ASSERT(!sink->open());
        CPPUNIT_ASSERT(!writing.read().complete);
        for (const char* state : {"open", "idle", "reading", "parked", "streaming", "writing", "closing"})
            server.awaitConnections(state, 0);
    }

    void waitsForNobodyWithoutARequest()
    {
        TestServer server(_patient);
        HttpClient silent(server.start().endpoint());
        HttpClient idle(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(200, idle.send(getRequest("/")).read().status);
        HttpClient head(server.endpoint());
        head.send("GET / HT");
        server.awaitConnections("reading", 1);
        std::jthread stopper([&] { server.stop(std::chrono::minutes(5)); });
        for (HttpClient* client : {&silent, &idle, &head})
            CPPUNIT_ASSERT(client->ended());
    }

    void refusesNewClientsWhileItWaits()
    {
        TestServer server(_patient);
        HeldRoutes held(server);
        HttpClient parked(server.start().endpoint());
        parked.send(getRequest("/later"));
        const auto responder = held.responders(1).front();
        HttpClient silent(server.endpoint());
        std::jthread stopper([&] { server.stop(std::chrono::minutes(5)); });
        CPPUNIT_ASSERT(silent.ended());
        CPPUNIT_ASSERT_THROW(HttpClient{server.endpoint()}, Poco::Exception);
        responder(http::ApiResponse::json(202, "{}"));
        CPPUNIT_ASSERT_EQUAL(202, parked.read().status);
    }

    void waitsForAnswersThatComeLater()
    {
        TestServer server(_patient);
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send(getRequest("/later"));
        const auto responder = held.responders(1).front();
        std::jthread stopper([&] { server.stop(std::chrono::seconds(20)); });
        responder(http::ApiResponse::json(202, "{}"));
        CPPUNIT_ASSERT_EQUAL(202, client.read().status);
        CPPUNIT_ASSERT(client.ended());
    }

    void waitsForClientsThatRead()
    {
        TestServer server(_patient);
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send(getRequest("/large"));
        server.awaitConnections("writing", 1);
        std::jthread stopper([&] { server.stop(std::chrono::seconds(20)); });
        CPPUNIT_ASSERT(client.read().body == held.large);
        CPPUNIT_ASSERT(client.ended());
    }

    void servesWhatHasArrived()
    {
        TestServer server(Values{{"threads", "2"}, {"request-timeout", "10m"}});
        HeldRoutes held(server);
        server.start();
        HttpClient first(server.endpoint());
        HttpClient second(server.endpoint());
        for (HttpClient* client : {&first, &second})
            client->send(getRequest("/block"));
        held.awaitBlocked(2);
        HttpClient waiting(server.endpoint());
        waiting.send(getRequest("/peers"));
        server.awaitConnections("queued", 1);
        std::jthread stopper([&] { server.stop(std::chrono::seconds(20)); });
        held.unblock();
        for (HttpClient* client : {&first, &second, &waiting}) {
            CPPUNIT_ASSERT_EQUAL(200, client->read().status);
            CPPUNIT_ASSERT(client->ended());
        }
    }

    void answersAfterTheEndGoNowhere()
    {
        TestServer server(_patient);
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send(getRequest("/later"));
        HttpClient streaming(server.endpoint());
        streaming.send(getRequest("/stream"));
        const auto responder = held.responders(1).front();
        const auto sink = held.sinks(1).front();
        server.stop(std::chrono::milliseconds(0));
        responder(http::ApiResponse::json(202, "{}"));
        CPPUNIT_ASSERT(!sink->write("late"));
        sink->end();
    }

    void startsAgain()
    {
        TestServer server(_patient);
        HttpClient first(server.start().endpoint());
        CPPUNIT_ASSERT_EQUAL(200, first.send(getRequest("/")).read().status);
        server.stop();
        CPPUNIT_ASSERT(first.ended());
        CPPUNIT_ASSERT_EQUAL(200, server.start().get("/").status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StopTest);

} // namespace waymark::httpapi
