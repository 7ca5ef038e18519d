#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// How many requests an address may send.
class RatesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RatesTest);
    CPPUNIT_TEST(unlimitedByDefault);
    CPPUNIT_TEST(overTheRateIs429WithRetryAfter);
    CPPUNIT_TEST(healthIsNotCounted);
    CPPUNIT_TEST(addressesHaveBudgetsOfTheirOwn);
    CPPUNIT_TEST(requestWhoseBodyWaitsCountsOnce);
    CPPUNIT_TEST_SUITE_END();

    static constexpr int many = 60; // more than a machine is slow: a second each would be a minute

    static std::vector<int> statuses(const TestServer& server, const std::string& target,
                                     const std::string& from = "127.0.0.1")
    {
        HttpClient client(server.endpoint(), from);
        std::string requests;
        for (int i = 0; i < many; ++i)
            requests += "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
        client.send(requests);
        std::vector<int> seen;
        for (int i = 0; i < many; ++i) {
            const auto answer = client.read();
            CPPUNIT_ASSERT_EQUAL(answer.status == 429, answer.headers.contains("retry-after"));
            if (answer.status == 429)
                CPPUNIT_ASSERT_EQUAL(std::string("1"), answer.header("retry-after"));
            seen.push_back(answer.status);
        }
        return seen;
    }

    void unlimitedByDefault()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT(statuses(server, "/peers") == std::vector<int>(many, 200));
    }

    void overTheRateIs429WithRetryAfter()
    {
        TestServer server({{"rate-per-address", "1"}, {"rate-burst", "3"}});
        server.start();
        const auto seen = statuses(server, "/peers");
        CPPUNIT_ASSERT(std::vector<int>(seen.begin(), seen.begin() + 3) == std::vector<int>(3, 200));
        CPPUNIT_ASSERT(std::ranges::count(seen, 429) > 0);
        CPPUNIT_ASSERT(std::ranges::count(statuses(server, "/nothing"), 429) > 0);
    }

    void healthIsNotCounted()
    {
        TestServer server({{"rate-per-address", "1"}, {"rate-burst", "1"}});
        server.start();
        for (const char* path : {"/health", "/livez", "/readyz"})
            CPPUNIT_ASSERT(statuses(server, path) == std::vector<int>(many, 200));
        CPPUNIT_ASSERT_EQUAL(200, server.get("/peers").status);
    }

    void addressesHaveBudgetsOfTheirOwn()
    {
        TestServer server({{"rate-per-address", "1"}, {"rate-burst", "1"}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(200, statuses(server, "/peers").front());
        CPPUNIT_ASSERT_EQUAL(200, statuses(server, "/peers", "127.0.0.2").front());
    }

    void requestWhoseBodyWaitsCountsOnce()
    {
        TestServer server({{"rate-per-address", "1"}, {"rate-burst", "1"}});
        server.start();
        const std::string body = R"({"id":")" + testKey(2).hex() + R"(","ip":"10.0.1.5"})";
        HttpClient client(server.endpoint());
        client.send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    "Expect: 100-continue\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(100, client.read().status);
        client.send(body);
        CPPUNIT_ASSERT_EQUAL(201, client.read().status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RatesTest);

} // namespace waymark::httpapi
