#include "ShortTime.h"
#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <memory>
#include <vector>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

/// GET /peers?wait=...&revision=...
class WaitTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(WaitTest);
    CPPUNIT_TEST(answersAtOnceWhenThereWasAChange);
    CPPUNIT_TEST(answersWhenSomethingChanges);
    CPPUNIT_TEST(answersWhenTooMuchChanges);
    CPPUNIT_TEST(answersWhenTheTimeIsOver);
    CPPUNIT_TEST(mayWaitLongerThanOtherRequests);
    CPPUNIT_TEST(forgetsClientsThatLeave);
    CPPUNIT_TEST(isBoundedInNumber);
    CPPUNIT_TEST(sharesItsLimitWithStreams);
    CPPUNIT_TEST(stoppingIs503);
    CPPUNIT_TEST_SUITE_END();

    static std::string registration(unsigned number)
    {
        return R"({"id":")" + testKey(number).hex() + R"(","ip":"10.0.0.1"})";
    }
    static HttpClient wait(const TestServer& server, const std::string& time, unsigned revision)
    {
        HttpClient client(server.endpoint());
        client.send("GET /peers?wait=" + time + "&revision=0000000000000000-" + std::to_string(revision) +
                    " HTTP/1.1\r\nHost: a\r\n\r\n");
        return client;
    }

    void answersAtOnceWhenThereWasAChange()
    {
        TestServer server;
        server.start();
        server.post(registration(2));
        const auto answer = wait(server, "10m", 0).read();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("0000000000000000-1"), answer.header("waymark-revision"));
        CPPUNIT_ASSERT(answer.body.find(testKey(2).hex()) != std::string::npos);
    }

    void answersWhenSomethingChanges()
    {
        TestServer server;
        server.start();
        auto client = wait(server, "10m", 0);
        server.awaitConnections("parked", 1);
        server.post(registration(2));
        const auto answer = client.read();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        CPPUNIT_ASSERT(answer.body.find(testKey(2).hex()) != std::string::npos);
        server.awaitMetric("waymark_http_followers", 0);
    }

    /// More changes at once than are kept for who waits.
    void answersWhenTooMuchChanges()
    {
        TestServer server;
        server.start();
        auto client = wait(server, "10m", 0);
        server.awaitMetric("waymark_http_followers", 1);
        server.awaitConnections("parked", 1);
        registry::ChangeBatch batch;
        for (unsigned i = 0; i < 2000; ++i)
            batch.emplace_back(registry::PutClaim{
                {"test", registry::Peer::at(testKey(2), {node::IpAddress::v4(10, 0, 0, 1), 1, 1}), {}}});
        for (unsigned i = 0; i < batch.size(); ++i)
            std::get<registry::PutClaim>(batch[i]).claim.peer.labels["n"] = std::to_string(i);
        server.registry.apply(std::move(batch), [](const auto&) {});
        CPPUNIT_ASSERT_EQUAL(std::string("0000000000000000-2000"), client.read().header("waymark-revision"));
    }

    void answersWhenTheTimeIsOver()
    {
        TestServer server;
        server.start();
        auto client = wait(server, "30s", 0);
        server.awaitConnections("parked", 1);
        server.timers.advance(30s);
        const auto answer = client.read();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), answer.body);
        CPPUNIT_ASSERT_EQUAL(std::string("0000000000000000-0"), answer.header("waymark-revision"));
        server.awaitMetric("waymark_http_requests_total", 1,
                           {{"route", "/peers?wait"}, {"method", "GET"}, {"status", "200"}});
    }

    void mayWaitLongerThanOtherRequests()
    {
        TestServer server(Values{{"request-timeout", shortTime}});
        http::Route late;
        late.method = "GET";
        late.pattern = "/late";
        std::vector<http::Responder> kept;
        late.handler = [&kept](const http::ApiRequest&) {
            return http::ApiResponse::later([&kept](const auto& responder) { kept.push_back(responder); });
        };
        const auto route = server.routes.add(std::move(late));
        server.start();
        auto client = wait(server, "10m", 0);
        server.awaitConnections("parked", 1);
        CPPUNIT_ASSERT_EQUAL(504, server.get("/late").status); // later than the usual time of the query
        server.awaitConnections("parked", 1);
        server.post(registration(2));
        const auto answer = client.read();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    }

    void forgetsClientsThatLeave()
    {
        TestServer server;
        server.start();
        {
            auto client = wait(server, "10m", 0);
            server.awaitMetric("waymark_http_followers", 1);
        }
        server.awaitMetric("waymark_http_followers", 0);
        server.awaitConnections("open", 0);
    }

    void isBoundedInNumber()
    {
        TestServer server(Values{{"max-streams", "2"}});
        server.start();
        std::vector<std::unique_ptr<HttpClient>> clients;
        for (int i = 0; i < 2; ++i)
            clients.push_back(std::make_unique<HttpClient>(wait(server, "10m", 0)));
        server.awaitMetric("waymark_http_followers", 2);
        const auto refused = wait(server, "10m", 0).read();
        CPPUNIT_ASSERT_EQUAL(503, refused.status);
        CPPUNIT_ASSERT_EQUAL(std::string("1"), refused.header("retry-after"));
    }

    /// Both give way to nobody: together they would leave no connection for requests.
    void sharesItsLimitWithStreams()
    {
        TestServer server(Values{{"max-streams", "2"}});
        server.start();
        const auto watch = [&server] {
            HttpClient client(server.endpoint());
            client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
            return client;
        };
        auto stream = watch();
        stream.readUntil("event: revision");
        {
            const auto client = wait(server, "10m", 0);
            server.awaitMetric("waymark_http_streams", 2);
            CPPUNIT_ASSERT_EQUAL(503, watch().read().status);
            CPPUNIT_ASSERT_EQUAL(503, wait(server, "10m", 0).read().status);
        }
        server.awaitMetric("waymark_http_streams", 1);
        auto client = wait(server, "10m", 0);
        server.awaitMetric("waymark_http_streams", 2);
        server.post(registration(2));
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        server.awaitMetric("waymark_http_streams", 1);
    }

    void stoppingIs503()
    {
        TestServer server;
        server.start();
        auto client = wait(server, "10m", 0);
        server.awaitMetric("waymark_http_followers", 1);
        server.stop();
        CPPUNIT_ASSERT_EQUAL(503, client.read().status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WaitTest);

} // namespace waymark::httpapi
