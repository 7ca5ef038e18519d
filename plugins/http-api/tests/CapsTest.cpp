#include "HeldRoutes.h"
#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace waymark::httpapi
{

namespace
{

/// Lets this process open a given number of files more, while it lives.
class FewDescriptors
{
public:
    explicit FewDescriptors(rlim_t more)
    {
        ::getrlimit(RLIMIT_NOFILE, &_before);
        // Fills the holes: the descriptors that are left are those behind the last.
        int highest = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
            highest = std::max(highest, std::stoi(entry.path().filename().string()));
        int last = 0;
        while (last <= highest) {
            last = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
            _opened.push_back(last);
        }
        rlimit now = _before;
        now.rlim_cur = static_cast<rlim_t>(last) + 1 + more;
        ::setrlimit(RLIMIT_NOFILE, &now);
    }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;
    ~FewDescriptors()
    {
        ::setrlimit(RLIMIT_NOFILE, &_before);
        for (const int descriptor : _opened)
            ::close(descriptor);
    }

private:
    rlimit _before{};
    std::vector<int> _opened;
};

} // namespace

/// What there is too much of ends or is refused, and the others are served.
class CapsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CapsTest);
    CPPUNIT_TEST(connectionsBeyondAnAddressShareGet503);
    CPPUNIT_TEST(theLongestIdleConnectionGivesWay);
    CPPUNIT_TEST(theLongestUnfinishedRequestGivesWayWhenNobodyIsIdle);
    CPPUNIT_TEST(idleConnectionsGiveWayBeforeUnfinishedRequests);
    CPPUNIT_TEST(refusedConnectionsGiveWayFirst);
    CPPUNIT_TEST(nobodyGivesWayWhoseAnswerIsComing);
    CPPUNIT_TEST(withoutDescriptorsTheLongestIdleConnectionGivesWay);
    CPPUNIT_TEST(withoutDescriptorsAndIdleConnectionsOthersWait);
    CPPUNIT_TEST(bodiesTogetherAreBounded);
    CPPUNIT_TEST(manyWhoHoldLittleDoNotCrowdOutOneWhoNeedsMore);
    CPPUNIT_TEST(answersTogetherAreBounded);
    CPPUNIT_TEST(streamsTogetherAreBounded);
    CPPUNIT_TEST_SUITE_END();

    static constexpr auto patient = "10m";

    void connectionsBeyondAnAddressShareGet503()
    {
        TestServer server(Values{{"max-connections-per-address", "2"}, {"keep-alive-timeout", patient}});
        server.start();
        HttpClient first(server.endpoint());
        HttpClient second(server.endpoint());
        for (HttpClient* client : {&first, &second})
            CPPUNIT_ASSERT_EQUAL(200, client->send(getRequest("/")).read().status);
        HttpClient third(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(503, third.send(getRequest("/")).read().status);
        CPPUNIT_ASSERT(third.ended());
        third.close();
        CPPUNIT_ASSERT_EQUAL(1.0, server.dropped("too-many-from-address"));
        HttpClient elsewhere(server.endpoint(), "127.0.0.2");
        CPPUNIT_ASSERT_EQUAL(200, elsewhere.send(getRequest("/")).read().status);
        first.close();
        server.awaitConnections("open", 2);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
    }

    void theLongestIdleConnectionGivesWay()
    {
        TestServer server(Values{{"max-connections", "2"}, {"keep-alive-timeout", patient}});
        server.start();
        HttpClient first(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(200, first.send(getRequest("/")).read().status);
        server.awaitConnections("idle", 1);
        HttpClient second(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(200, second.send(getRequest("/")).read().status);
        server.awaitConnections("idle", 2);
        HttpClient third(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(200, third.send(getRequest("/")).read().status);
        CPPUNIT_ASSERT(first.ended());
        CPPUNIT_ASSERT_EQUAL(200, second.send(getRequest("/")).read().status);
        CPPUNIT_ASSERT_EQUAL(1.0, server.dropped("gave-way"));
    }

    void theLongestUnfinishedRequestGivesWayWhenNobodyIsIdle()
    {
        TestServer server(Values{{"max-connections", "2"}, {"request-timeout", patient}});
        server.start();
        HttpClient first(server.endpoint());
        first.send("GET / HT");
        server.awaitConnections("reading", 1);
        HttpClient second(server.endpoint());
        second.send("GET / HT");
        server.awaitConnections("reading", 2);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
        CPPUNIT_ASSERT(first.ended());
        CPPUNIT_ASSERT_EQUAL(200, second.send("TP/1.1\r\nHost: a\r\n\r\n").read().status);
    }

    void idleConnectionsGiveWayBeforeUnfinishedRequests()
    {
        TestServer server(
            Values{{"max-connections", "2"}, {"request-timeout", patient}, {"keep-alive-timeout", patient}});
        HttpClient reading(server.start().endpoint());
        reading.send("GET / HT");
        server.awaitConnections("reading", 1);
        HttpClient idle(server.endpoint());
        server.awaitConnections("idle", 1);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
        CPPUNIT_ASSERT(idle.ended());
        CPPUNIT_ASSERT_EQUAL(200, reading.send("TP/1.1\r\nHost: a\r\n\r\n").read().status);
    }

    void refusedConnectionsGiveWayFirst()
    {
        TestServer server(
            Values{{"max-connections", "2"}, {"request-timeout", patient}, {"keep-alive-timeout", patient}});
        HttpClient idle(server.start().endpoint());
        server.awaitConnections("idle", 1);
        HttpClient refused(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(400, refused.send("GET\n").read().status);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
        CPPUNIT_ASSERT_EQUAL(200, idle.send(getRequest("/")).read().status);
    }

    void nobodyGivesWayWhoseAnswerIsComing()
    {
        TestServer server(Values{{"max-connections", "2"}, {"request-timeout", patient}});
        HeldRoutes held(server);
        server.start();
        HttpClient parked(server.endpoint());
        parked.send(getRequest("/later"));
        HttpClient streaming(server.endpoint());
        streaming.send(getRequest("/stream"));
        server.awaitConnections("parked", 1);
        server.awaitConnections("streaming", 1);
        CPPUNIT_ASSERT(HttpClient(server.endpoint()).ended());
        CPPUNIT_ASSERT_EQUAL(1.0, server.dropped("too-many"));
        held.responders(1).front()(http::ApiResponse::json(202, "{}"));
        CPPUNIT_ASSERT_EQUAL(202, parked.read().status);
    }

    void withoutDescriptorsTheLongestIdleConnectionGivesWay()
    {
        TestServer server(Values{{"keep-alive-timeout", patient}});
        HttpClient first(server.start().endpoint());
        CPPUNIT_ASSERT_EQUAL(200, first.send(getRequest("/")).read().status);
        server.awaitConnections("idle", 1);
        const FewDescriptors few(1); // for the client
        HttpClient second(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(200, second.send(getRequest("/")).read().status);
        CPPUNIT_ASSERT(first.ended());
    }

    void withoutDescriptorsAndIdleConnectionsOthersWait()
    {
        TestServer server(Values{{"request-timeout", patient}});
        HeldRoutes held(server);
        HttpClient parked(server.start().endpoint());
        parked.send(getRequest("/later"));
        server.awaitConnections("parked", 1);
        std::deque<HttpClient> second;
        {
            const FewDescriptors few(1);
            const auto since = std::chrono::steady_clock::now();
            second.emplace_back(server.endpoint()).send(getRequest("/"));
            double attempts = 0;
            while ((attempts = server.dropped("no-descriptors")) < 4)
                std::this_thread::yield();
            // It rests between them. Counted before the time: a slow machine only makes that longer.
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - since;
            CPPUNIT_ASSERT(attempts <= 4 + took / std::chrono::milliseconds(50));
        }
        CPPUNIT_ASSERT_EQUAL(200, second.front().read().status);
        CPPUNIT_ASSERT(server.lines->lines().find("http.exhausted") != std::string::npos);
    }

    void bodiesTogetherAreBounded()
    {
        TestServer server(Values{{"max-buffered", "1M"}, {"max-body", "1M"}, {"request-timeout", patient}});
        server.start();
        std::deque<HttpClient> clients;
        const std::string half = "POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                 "Content-Length: 700000\r\n\r\n" +
                                 std::string(400000, ' ');
        while (server.dropped("no-memory") < 1) {
            clients.emplace_back(server.endpoint()).send(half);
            const auto settled = [&] {
                return server.metric("waymark_http_connections", {{"state", "reading"}}) +
                       server.dropped("no-memory");
            };
            while (settled() < static_cast<double>(clients.size()))
                std::this_thread::yield();
        }
        CPPUNIT_ASSERT(clients.front().ended());
        server.awaitConnections("open", 1); // no two fit; under load a third may have come before one ended
        CPPUNIT_ASSERT(server.metric("waymark_http_buffered_bytes") < 1048576);
        CPPUNIT_ASSERT_EQUAL(400, clients.back().send(std::string(300000, ' ')).read().status);
    }

    void manyWhoHoldLittleDoNotCrowdOutOneWhoNeedsMore()
    {
        for (const std::size_t size : {1000U, 9000U, 17000U}) {
            TestServer server(Values{{"max-buffered", "1M"},
                                     {"max-body", "1M"},
                                     {"max-head", "64k"},
                                     {"request-timeout", patient}});
            server.start();
            std::deque<HttpClient> clients;
            const auto add = [&](const std::string& bytes) {
                clients.emplace_back(server.endpoint()).send(bytes);
                const auto settled = [&] {
                    return server.metric("waymark_http_connections", {{"state", "reading"}}) +
                           server.dropped("no-memory");
                };
                while (settled() < static_cast<double>(clients.size()))
                    std::this_thread::yield();
            };
            for (int i = 0; i < 150; ++i)
                add("GET / HTTP/1.1\r\nX: " + std::string(size, 'x'));
            add("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                "Content-Length: 100000\r\n\r\n" +
                std::string(50000, ' '));
            CPPUNIT_ASSERT_EQUAL(400, clients.back().send(std::string(50000, ' ')).read().status);
        }
    }

    void answersTogetherAreBounded()
    {
        TestServer server(Values{{"max-buffered", "16M"}, {"request-timeout", patient}});
        HeldRoutes held(server);
        server.start();
        std::deque<HttpClient> clients;
        const auto settled = [&] {
            const double ended = server.dropped("no-memory"); // first: who ends meanwhile counts once
            return ended + server.metric("waymark_http_connections", {{"state", "writing"}});
        };
        // Nobody's answer may come after the last one here: that would end it, which has been held for
        // longer.
        while (server.dropped("no-memory") < 1) {
            clients.emplace_back(server.endpoint()).send(getRequest("/large"));
            while (settled() < static_cast<double>(clients.size()))
                std::this_thread::yield();
        }
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
        CPPUNIT_ASSERT(server.get("/large").body == held.large);
    }

    void streamsTogetherAreBounded()
    {
        TestServer server(Values{{"max-buffered", "1M"}, {"request-timeout", patient}});
        HeldRoutes held(server);
        server.start();
        std::deque<HttpClient> clients;
        for (int i = 0; i < 16; ++i)
            clients.emplace_back(server.endpoint()).send(getRequest("/stream"));
        const auto sinks = held.sinks(16);
        bool cut = false;
        while (!cut)
            for (const auto& sink : sinks)
                cut = !sink->write(std::string(65536, 'x')) || cut;
        server.awaitConnections("dispatched", 0);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/").status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CapsTest);

} // namespace waymark::httpapi
