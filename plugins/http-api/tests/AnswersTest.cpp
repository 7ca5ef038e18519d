#include "ShortTime.h"
#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <future>
#include <stdexcept>
#include <thread>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view page = "<!doctype html><title>test</title>";

} // namespace

/// The forms of an answer, from routes that another plugin contributes.
class AnswersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AnswersTest);
    CPPUNIT_TEST(handlerGetsTheWholeRequestWithoutCredentials);
    CPPUNIT_TEST(lateAnswerComesFromAnotherThread);
    CPPUNIT_TEST(onlyTheFirstLateAnswerCounts);
    CPPUNIT_TEST(lateAnswerMayBeAnAsset);
    CPPUNIT_TEST(missedDeadlineIs504);
    CPPUNIT_TEST(forgottenResponderIs503);
    CPPUNIT_TEST(throwingHandlerIs500WithoutDetails);
    CPPUNIT_TEST(assetIsSentWithTagAndThen304);
    CPPUNIT_TEST(streamArrivesPieceByPiece);
    CPPUNIT_TEST(streamToHttp10EndsWithTheConnection);
    CPPUNIT_TEST(streamTellsItsWriterThatTheClientLeft);
    CPPUNIT_TEST(streamThatIsNotReadIsCutOff);
    CPPUNIT_TEST(streamsBeyondTheLimitAre503);
    CPPUNIT_TEST(stopEndsStreams);
    CPPUNIT_TEST_SUITE_END();

    struct Contributed
    {
        TestServer& server;
        std::vector<Subscription> routes{};

        void add(std::string method, std::string pattern, http::Handler handler)
        {
            http::Route route;
            route.method = std::move(method);
            route.pattern = std::move(pattern);
            route.handler = std::move(handler);
            routes.push_back(server.routes.add(std::move(route)));
        }
    };
    using Sink = std::shared_ptr<http::StreamSink>;

    /// Serves GET /stream and hands the sinks out.
    static void addStream(Contributed& plugin, std::promise<Sink>& sink)
    {
        plugin.add("GET", "/stream", [&sink](const http::ApiRequest&) {
            return http::ApiResponse::stream(200, "text/event-stream",
                                             [&sink](Sink opened) { sink.set_value(std::move(opened)); });
        });
    }

    void handlerGetsTheWholeRequestWithoutCredentials()
    {
        TestServer server;
        Contributed plugin{server};
        std::string seen;
        plugin.add("PUT", "/a/{x}/b", [&seen](const http::ApiRequest& request) {
            seen = request.method + ' ' + request.path + ' ' + request.parameter("x") + ' ' +
                   request.query.at("q r") + ' ' + std::string(request.body) + ' ' +
                   std::string(request.header("x-two").value()) + ' ' + request.remote.ip.toString() +
                   (request.header("Authorization") || request.header("Cookie") ? " credentials" : "");
            return http::ApiResponse::complete(299, "text/plain", request.requestId)
                .header("X-Made-By", "test");
        });
        const auto answer =
            HttpClient::request(server.start().endpoint(), "PUT", "/a/%2F%20/b?o%20=1&&q+r=s%26t", "body",
                                "X-Two: 1\r\nX-Two: 2\r\nAuthorization: Basic abc\r\ncookie: a=b\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("PUT /a// /b /  s&t body 1, 2 127.0.0.1"), seen);
        CPPUNIT_ASSERT_EQUAL(299, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("text/plain"), answer.header("content-type"));
        CPPUNIT_ASSERT_EQUAL(std::string("test"), answer.header("x-made-by"));
        CPPUNIT_ASSERT_EQUAL(answer.header("x-request-id"), answer.body);
        CPPUNIT_ASSERT(!answer.body.empty());
    }

    void lateAnswerComesFromAnotherThread()
    {
        TestServer server;
        Contributed plugin{server};
        std::jthread worker;
        plugin.add("GET", "/late", [&worker](const http::ApiRequest&) {
            return http::ApiResponse::later([&worker](const http::Responder& responder) {
                worker = std::jthread([responder] { responder(http::ApiResponse::json(202, "{}")); });
            });
        });
        CPPUNIT_ASSERT_EQUAL(202, server.start().get("/late").status);
    }

    void onlyTheFirstLateAnswerCounts()
    {
        TestServer server;
        Contributed plugin{server};
        http::Responder kept;
        plugin.add("GET", "/late", [&kept](const http::ApiRequest&) {
            return http::ApiResponse::later([&kept](const http::Responder& responder) {
                kept = responder;
                responder(http::ApiResponse::json(200, "1"));
                responder(http::ApiResponse::json(200, "2"));
            });
        });
        CPPUNIT_ASSERT_EQUAL(std::string("1"), server.start().get("/late").body);
        kept(http::ApiResponse::json(200, "3"));
        CPPUNIT_ASSERT_EQUAL(std::string("1"), server.get("/late").body);
    }

    void lateAnswerMayBeAnAsset()
    {
        TestServer server;
        Contributed plugin{server};
        plugin.add("GET", "/late", [](const http::ApiRequest&) {
            return http::ApiResponse::later([](const http::Responder& responder) {
                responder(http::ApiResponse::asset("text/html", page));
            });
        });
        CPPUNIT_ASSERT_EQUAL(std::string(page), server.start().get("/late").body);
    }

    void missedDeadlineIs504()
    {
        TestServer server(Values{{"request-timeout", shortTime}});
        Contributed plugin{server};
        std::vector<http::Responder> kept;
        plugin.add("GET", "/never", [&kept](const http::ApiRequest&) {
            return http::ApiResponse::later(
                [&kept](const http::Responder& responder) { kept.push_back(responder); });
        });
        CPPUNIT_ASSERT_EQUAL(504, server.start().get("/never").status);
        kept.front()(http::ApiResponse::json(200, "{}"));
    }

    void forgottenResponderIs503()
    {
        TestServer server(Values{{"request-timeout", "10m"}});
        Contributed plugin{server};
        plugin.add("GET", "/forgets", [](const http::ApiRequest&) {
            return http::ApiResponse::later([](const http::Responder&) {});
        });
        CPPUNIT_ASSERT_EQUAL(503, server.start().get("/forgets").status);
    }

    void throwingHandlerIs500WithoutDetails()
    {
        TestServer server;
        Contributed plugin{server};
        plugin.add("GET", "/throws", [](const http::ApiRequest&) -> http::ApiResponse {
            throw std::runtime_error("the inside story");
        });
        plugin.add("GET", "/later", [](const http::ApiRequest&) {
            return http::ApiResponse::later(
                [](const http::Responder&) { throw std::runtime_error("another inside story"); });
        });
        HttpClient client(server.start().endpoint());
        for (const char* path : {"/throws", "/later"}) {
            client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
            const auto answer = client.read();
            CPPUNIT_ASSERT_EQUAL(500, answer.status);
            CPPUNIT_ASSERT(answer.body.find("story") == std::string::npos);
            CPPUNIT_ASSERT(answer.body.find(answer.header("x-request-id")) != std::string::npos);
        }
        CPPUNIT_ASSERT(server.lines->lines().find("another inside story") != std::string::npos);
    }

    void assetIsSentWithTagAndThen304()
    {
        TestServer server;
        Contributed plugin{server};
        plugin.add("GET", "/page",
                   [](const http::ApiRequest&) { return http::ApiResponse::asset("text/html", page); });
        HttpClient client(server.start().endpoint());
        client.send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto first = client.read();
        const std::string tag = first.header("etag");
        CPPUNIT_ASSERT_EQUAL(std::string(page), first.body);
        CPPUNIT_ASSERT(!tag.empty() && !first.header("cache-control").empty());
        for (const std::string& known : {tag, "W/" + tag, "\"x\", " + tag, std::string("*")}) {
            client.send("GET /page HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + known + "\r\n\r\n");
            const auto again = client.read();
            CPPUNIT_ASSERT_EQUAL(304, again.status);
            CPPUNIT_ASSERT_EQUAL(tag, again.header("etag"));
        }
        client.send("GET /page HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"x\"\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        client.send("HEAD /page HTTP/1.1\r\nHost: a\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(std::to_string(page.size()), client.read(true).header("content-length"));
    }

    void streamArrivesPieceByPiece()
    {
        TestServer server;
        Contributed plugin{server};
        std::promise<Sink> promise;
        addStream(plugin, promise);
        HttpClient client(server.start().endpoint());
        client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto sink = promise.get_future().get();
        CPPUNIT_ASSERT(sink->write("one"));
        client.readUntil("one\r\n");
        CPPUNIT_ASSERT(sink->write("two"));
        client.readUntil("two\r\n");
        sink->end();
        CPPUNIT_ASSERT(!sink->write("three"));
        const auto answer = client.read();
        CPPUNIT_ASSERT_EQUAL(std::string("onetwo"), answer.body);
        CPPUNIT_ASSERT(answer.complete);
        CPPUNIT_ASSERT_EQUAL(std::string("text/event-stream"), answer.header("content-type"));
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(200, client.read(true).status);
    }

    void streamToHttp10EndsWithTheConnection()
    {
        TestServer server;
        Contributed plugin{server};
        plugin.add("GET", "/stream", [](const http::ApiRequest&) {
            return http::ApiResponse::stream(200, "text/plain", [](const Sink& sink) {
                sink->write("all");
                sink->end();
            });
        });
        HttpClient client(server.start().endpoint());
        client.send("GET /stream HTTP/1.0\r\n\r\n");
        const auto answer = client.read();
        CPPUNIT_ASSERT_EQUAL(std::string(), answer.header("transfer-encoding"));
        CPPUNIT_ASSERT_EQUAL(std::string("all"), answer.body);
    }

    void streamTellsItsWriterThatTheClientLeft()
    {
        TestServer server;
        Contributed plugin{server};
        std::promise<Sink> promise;
        addStream(plugin, promise);
        HttpClient client(server.start().endpoint());
        client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto sink = promise.get_future().get();
        client.close();
        while (sink->open())
            std::this_thread::yield();
        CPPUNIT_ASSERT(!sink->write("more"));
    }

    void streamThatIsNotReadIsCutOff()
    {
        TestServer server(Values{{"request-timeout", shortTime}});
        Contributed plugin{server};
        std::promise<Sink> promise;
        addStream(plugin, promise);
        HttpClient client(server.start().endpoint());
        client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto sink = promise.get_future().get();
        while (sink->write(std::string(4096, 'x'))) {
        }
        const auto answer = client.read();
        CPPUNIT_ASSERT(!answer.complete);
        CPPUNIT_ASSERT(client.ended());
    }

    void streamsBeyondTheLimitAre503()
    {
        TestServer server(Values{{"max-streams", "1"}});
        Contributed plugin{server};
        std::promise<Sink> promise;
        addStream(plugin, promise);
        HttpClient client(server.start().endpoint());
        client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto sink = promise.get_future().get();
        CPPUNIT_ASSERT_EQUAL(503, server.get("/stream").status);
        sink->end();
    }

    void stopEndsStreams()
    {
        TestServer server;
        Contributed plugin{server};
        std::promise<Sink> promise;
        addStream(plugin, promise);
        HttpClient client(server.start().endpoint());
        client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto sink = promise.get_future().get();
        sink->write("last");
        server.stop();
        CPPUNIT_ASSERT(!sink->open());
        const auto answer = client.read();
        CPPUNIT_ASSERT_EQUAL(std::string("last"), answer.body);
        CPPUNIT_ASSERT(answer.complete);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AnswersTest);

} // namespace waymark::httpapi
