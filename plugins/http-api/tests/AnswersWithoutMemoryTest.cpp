#include "HeldRoutes.h"
#include "TestServer.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace waymark::httpapi
{

/// Answers of every form whose thread runs out of memory on the way, at each place once.
class AnswersWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AnswersWithoutMemoryTest);
    CPPUNIT_TEST(streamsAreCountedRightly);
    CPPUNIT_TEST(wholeAnswersAreWholeOrNone);
    CPPUNIT_TEST(lateAnswersArriveThoughTheirNoticeIsLost);
    CPPUNIT_TEST_SUITE_END();

    using Fault = testkit::fault::FailingMemory;

    std::atomic<std::uint64_t> _successes{0};

    /// From the handler to the end of the answer, allocations fail on its thread.
    void arm()
    {
        static thread_local std::unique_ptr<Fault> fault;
        fault.reset();
        fault = std::make_unique<Fault>(_successes);
    }

    Subscription route(TestServer& server, std::function<http::ApiResponse()> answer)
    {
        http::Route route;
        route.method = "GET";
        route.pattern = "/short";
        route.handler = [this, answer = std::move(answer)](const http::ApiRequest&) {
            http::ApiResponse made = answer();
            arm();
            return made;
        };
        return server.routes.add(std::move(route));
    }

    static constexpr int places = 60; ///< more than any answer has

    void streamsAreCountedRightly()
    {
        TestServer server;
        const auto stream = route(server, [] {
            return http::ApiResponse::stream(200, "text/plain", [](const HeldRoutes::Sink& sink) {
                sink->write("all");
                sink->end();
            });
        });
        server.start();
        for (_successes = 0; _successes < places; ++_successes) {
            checkAnswer(server, "all");
            server.awaitConnections("open", 0);
            CPPUNIT_ASSERT_EQUAL(0.0, server.metric("waymark_http_streams"));
            CPPUNIT_ASSERT_EQUAL(0.0, server.metric("waymark_http_buffered_bytes"));
        }
    }

    void wholeAnswersAreWholeOrNone()
    {
        TestServer server;
        const std::string body(100000, 'x');
        const auto whole = route(server, [&] {
            return http::ApiResponse::complete(200, "text/plain", body).header("Cache-Control", "public");
        });
        server.start();
        for (_successes = 0; _successes < places; ++_successes) {
            checkAnswer(server, body);
            server.awaitConnections("open", 0);
        }
    }

    void lateAnswersArriveThoughTheirNoticeIsLost()
    {
        TestServer server;
        HeldRoutes held(server);
        HttpClient client(server.start().endpoint());
        client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto responder = held.responders(1).front();
        server.awaitConnections("parked", 1);
        auto answer = http::ApiResponse::json(202, "{}");
        bool lost = false;
        {
            const Fault fault(0, Fault::Fails::onwards);
            responder(std::move(answer));
            lost = fault.hasFailed();
        }
        CPPUNIT_ASSERT(lost);
        CPPUNIT_ASSERT_EQUAL(202, client.read().status);
    }

    /// It is what it should be, a 500, or none; and only in one framing.
    static void checkAnswer(TestServer& server, const std::string& body)
    {
        HttpClient client(server.endpoint());
        client.send("GET /short HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        std::string head;
        try {
            head = client.readUntil("\r\n\r\n");
        } catch (const std::exception&) {
            CPPUNIT_ASSERT_MESSAGE("an answer broke off in its head", client.ended());
            return;
        }
        const bool chunked = head.find("Transfer-Encoding") != std::string::npos;
        const bool sized = head.find("Content-Length") != std::string::npos;
        CPPUNIT_ASSERT_MESSAGE(head, chunked != sized);
        const auto answer = client.read();
        CPPUNIT_ASSERT(answer.status == 200 || answer.status == 500);
        CPPUNIT_ASSERT(answer.status == 500 || !answer.complete || answer.body == body);
        CPPUNIT_ASSERT_MESSAGE(head, answer.status == 200 || answer.header("cache-control").empty());
        CPPUNIT_ASSERT_MESSAGE(head,
                               !answer.header("x-request-id").empty() && !answer.header("date").empty());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AnswersWithoutMemoryTest);

} // namespace waymark::httpapi
