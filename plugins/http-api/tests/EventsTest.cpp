#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <memory>
#include <vector>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

class EventsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EventsTest);
    CPPUNIT_TEST(tellsEveryChangeAsItHappens);
    CPPUNIT_TEST(tellsWhatALeasesEndChanges);
    CPPUNIT_TEST(goesOnAfterTheLastEvent);
    CPPUNIT_TEST(theLastEventCountsMoreThanTheUrl);
    CPPUNIT_TEST(aForeignOrForgottenRevisionIs410);
    CPPUNIT_TEST(refusesWhatIsNoRevision);
    CPPUNIT_TEST(aLongHistoryArrivesWhole);
    CPPUNIT_TEST(aSlowClientIsToldToListAgain);
    CPPUNIT_TEST(heartbeatsKeepIdleStreamsAlive);
    CPPUNIT_TEST(aThousandWatchersHoldNoThread);
    CPPUNIT_TEST(forgetsClientsThatLeave);
    CPPUNIT_TEST(stoppingEndsStreams);
    CPPUNIT_TEST_SUITE_END();

    static std::string registration(unsigned number, const std::string& rest = {})
    {
        return R"({"id":")" + testKey(number).hex() + R"(","ip":"10.0.0.1")" + rest + "}";
    }
    static std::string revision(unsigned number) { return "0000000000000000-" + std::to_string(number); }
    /// A client that has asked for events.
    static HttpClient watch(const TestServer& server, const std::string& fields = {},
                            const std::string& query = {})
    {
        HttpClient client(server.endpoint());
        client.send("GET /events" + query + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
        return client;
    }
    static std::string beginning(unsigned number)
    {
        return "id: " + revision(number) + "\nevent: revision\ndata: {\"revision\":\"" + revision(number) +
               "\"}\n\n";
    }
    static std::string removal(unsigned number, unsigned peer, const std::string& cause)
    {
        return "id: " + revision(number) + "\nevent: removed\ndata: {\"revision\":\"" + revision(number) +
               R"(","cause":")" + cause + R"(","id":"0x)" + testKey(peer).hex() + "\",\"peer\":null}\n\n";
    }
    static std::string change(unsigned number, unsigned peer)
    {
        const std::string id = testKey(peer).hex();
        return "id: " + revision(number) + "\nevent: put\ndata: {\"revision\":\"" + revision(number) +
               R"(","cause":"change","id":"0x)" + id + R"(","peer":{"id":"0x)" + id +
               R"(","ip":"10.0.0.1","tcp_port":30303,"udp_port":30303,"enode":"enode://)" + id +
               R"(@10.0.0.1:30303","labels":{},"enr":null}})" + "\n\n";
    }

    void tellsEveryChangeAsItHappens()
    {
        TestServer server;
        server.start();
        server.post(registration(2));
        auto client = watch(server);
        const std::string head = client.readUntil(beginning(1));
        CPPUNIT_ASSERT_MESSAGE(head, head.find("Content-Type: text/event-stream") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(head, head.find("Cache-Control: no-store") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(head, head.find("retry: 3000\n") != std::string::npos);
        server.post(registration(3));
        client.readUntil(change(2, 3));
        HttpClient::request(server.endpoint(), "DELETE", "/peers/" + testKey(2).hex());
        client.readUntil(removal(3, 2, "change"));
    }

    void tellsWhatALeasesEndChanges()
    {
        TestServer server;
        server.start();
        server.post(registration(2, R"(,"ttl":60)"));
        auto client = watch(server);
        client.readUntil(beginning(1));
        server.registry.endLeasesAfter(60s);
        client.readUntil(removal(2, 2, "expiry"));
    }

    void goesOnAfterTheLastEvent()
    {
        TestServer server;
        server.start();
        for (unsigned i = 2; i < 6; ++i)
            server.post(registration(i));
        for (const bool byField : {true, false}) {
            auto client = byField ? watch(server, "Last-Event-ID: " + revision(2) + "\r\n")
                                  : watch(server, {}, "?revision=" + revision(2));
            const std::string text = client.readUntil(change(4, 5));
            CPPUNIT_ASSERT(text.find(beginning(2)) != std::string::npos);
            CPPUNIT_ASSERT(text.find(change(3, 4)) != std::string::npos);
            CPPUNIT_ASSERT(text.find("event: put\ndata: {\"revision\":\"" + revision(2)) ==
                           std::string::npos);
        }
    }

    /// Who comes back asks with the URL that he asked with first.
    void theLastEventCountsMoreThanTheUrl()
    {
        TestServer server;
        server.start();
        for (unsigned i = 2; i < 5; ++i)
            server.post(registration(i));
        auto client = watch(server, "Last-Event-ID: " + revision(2) + "\r\n", "?revision=" + revision(0));
        const std::string text = client.readUntil(change(3, 4));
        CPPUNIT_ASSERT(text.find(change(2, 3)) == std::string::npos);
    }

    void aForeignOrForgottenRevisionIs410()
    {
        TestServer server;
        server.start();
        server.post(registration(2));
        for (const std::string& foreign : {std::string("00000000000000aa-0"), revision(2)})
            CPPUNIT_ASSERT_EQUAL(410, server.get("/events?revision=" + foreign).status);
        CPPUNIT_ASSERT_EQUAL(410, server.get("/peers?wait=1s&revision=00000000000000aa-0").status);
    }

    void refusesWhatIsNoRevision()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(400, server.get("/events?revision=1").status);
        CPPUNIT_ASSERT_EQUAL(400, server.get("/events?since=1").status);
        HttpClient client(server.endpoint());
        client.send("GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 7\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(400, client.read().status);
    }

    /// More than the stream's queue holds.
    void aLongHistoryArrivesWhole()
    {
        TestServer server;
        server.start();
        const std::string big(256, 'x');
        std::string labels;
        for (int i = 0; i < 16; ++i)
            labels += (labels.empty() ? "\"" : ",\"") + std::to_string(i) + R"(":")" + big + '"';
        constexpr unsigned changes = 400; // of more than 4 kB
        for (unsigned i = 0; i < changes; ++i)
            server.post(registration(2, R"(,"labels":{"n":")" + std::to_string(i) + "\"," + labels + '}'));
        auto client = watch(server, "Last-Event-ID: " + revision(0) + "\r\n");
        const std::string text = client.readUntil("id: " + revision(changes) + "\n");
        std::size_t at = 0;
        for (unsigned i = 1; i <= changes; ++i) {
            at = text.find("id: " + revision(i) + "\n", at);
            CPPUNIT_ASSERT_MESSAGE(revision(i), at != std::string::npos);
        }
    }

    void aSlowClientIsToldToListAgain()
    {
        TestServer server(Values{{"request-timeout", "1m"}});
        server.start();
        auto client = watch(server);
        client.socket().setReceiveBufferSize(4096);
        client.readUntil(beginning(0));
        const std::string big(256, 'x');
        std::string labels;
        for (int i = 0; i < 31; ++i)
            labels += (labels.empty() ? "\"" : ",\"") + std::to_string(i) + R"(":")" + big + '"';
        registry::ChangeBatch batch;
        const auto peer = registry::Peer::at(testKey(2), {node::IpAddress::v4(10, 0, 0, 1), 1, 1});
        // More than the system's buffers, the stream's queue and the watch's queue take together.
        for (int i = 0; i < 4000; ++i) {
            registry::Peer changed = peer;
            for (int j = 0; j < 31; ++j)
                changed.labels[std::to_string(j)] = big;
            changed.labels["n"] = std::to_string(i);
            batch.emplace_back(registry::PutClaim{{"test", std::move(changed), {}}});
        }
        server.registry.apply(std::move(batch), [](const auto&) {});
        const std::string text = client.readUntil("event: resync\n");
        CPPUNIT_ASSERT(text.find("id: " + revision(4000)) == std::string::npos);
        client.readUntil("0\r\n\r\n");
    }

    void heartbeatsKeepIdleStreamsAlive()
    {
        TestServer server;
        server.start();
        auto client = watch(server);
        client.readUntil(beginning(0));
        server.timers.advance(15s);
        client.readUntil(":\n\n");
    }

    void aThousandWatchersHoldNoThread()
    {
        TestServer server(Values{{"threads", "2"}, {"max-connections-per-address", "2000"}});
        server.start();
        std::vector<std::unique_ptr<HttpClient>> clients;
        for (int i = 0; i < 1000; ++i)
            clients.push_back(std::make_unique<HttpClient>(watch(server)));
        server.awaitConnections("streaming", 1000);
        server.post(registration(2));
        for (const auto& client : clients)
            client->readUntil(change(1, 2));
    }

    void forgetsClientsThatLeave()
    {
        TestServer server;
        server.start();
        {
            auto client = watch(server);
            client.readUntil(beginning(0));
            server.awaitMetric("waymark_http_followers", 1);
        }
        server.awaitMetric("waymark_http_followers", 0);
    }

    void stoppingEndsStreams()
    {
        TestServer server;
        server.start();
        auto client = watch(server);
        client.readUntil(beginning(0));
        server.stop();
        client.readUntil("0\r\n\r\n");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EventsTest);

} // namespace waymark::httpapi
