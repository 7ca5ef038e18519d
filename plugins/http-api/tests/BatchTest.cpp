#include "TestServer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>

namespace waymark::httpapi
{

class BatchTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BatchTest);
    CPPUNIT_TEST(registersManyWithAResultForEach);
    CPPUNIT_TEST(takesTenThousandAndNoMore);
    CPPUNIT_TEST(oneRegistrationIsNoLargerThanElsewhere);
    CPPUNIT_TEST(aStaleRecordIsNotRegistered);
    CPPUNIT_TEST(anEmptyBatchIsNoMistake);
    CPPUNIT_TEST(refusesWhatIsNoArray);
    CPPUNIT_TEST(aRegistryThatIsBusyTakesNothing);
    CPPUNIT_TEST(secretKeysAreTakenAsElsewhere);
    CPPUNIT_TEST(otherRoutesKeepTheirLimit);
    CPPUNIT_TEST_SUITE_END();

    static HttpAnswer post(const TestServer& server, std::string body)
    {
        return HttpClient::request(server.endpoint(), "POST", "/peers:batch", std::move(body));
    }
    static std::string byId(unsigned number, const std::string& rest = {})
    {
        return R"({"id":")" + testKey(number).hex() + R"(","ip":"10.0.0.1")" + rest + "}";
    }
    static std::string created(unsigned number)
    {
        return R"({"status":201,"id":"0x)" + testKey(number).hex() + R"(","outcome":"created"})";
    }

    void registersManyWithAResultForEach()
    {
        TestServer server;
        server.start();
        const auto answer = post(server, " [ " + byId(2) + " ,\n" + byId(3, R"(,"ttl":-1)") + "," +
                                             byId(4, R"(,"labels":{"a":"]},{["})") + ", 7 ,{\"id\":}," +
                                             byId(1) + "," + byId(2) + "] ");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), server.registry.size());
        const std::string expected = R"({"revision":"0000000000000000-2","results":[)" + created(2) +
                                     R"(,{"status":422,"error":"ttl must be)";
        CPPUNIT_ASSERT_EQUAL(expected, answer.body.substr(0, expected.size()));
        const std::string rest = answer.body.substr(answer.body.find(created(4)));
        for (const char* const part :
             {R"({"status":422,"error":"the body must be a JSON object"})",
              R"({"status":400,"error":"the body)", R"({"status":422,"error":"this is the bootnode itself)",
              R"("outcome":"unchanged"}]})"})
            CPPUNIT_ASSERT_MESSAGE(part + ("\n" + answer.body), rest.find(part) != std::string::npos);
    }

    /// Numbers take many times the memory of their text.
    void oneRegistrationIsNoLargerThanElsewhere()
    {
        TestServer server;
        server.start();
        const auto padded = [](std::size_t size) {
            const std::string start = byId(2, R"(,"x":[0)");
            const std::size_t rest = size - start.size() - 1;
            std::string text = start.substr(0, start.size() - 1);
            for (std::size_t i = 0; i < rest / 2; ++i)
                text += ",0";
            return text + std::string(rest % 2, ' ') + "]}";
        };
        const auto answer = post(server, "[" + padded(65536) + "," + padded(65537) + "," + byId(3) + "]");
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        const std::string expected =
            "[" + created(2) + R"(,{"status":413,"error":"this registration has more than 65536 bytes"},)" +
            created(3) + "]}";
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.ends_with(expected));
    }

    void takesTenThousandAndNoMore()
    {
        TestServer server(Values{{"request-timeout", "2m"}});
        server.start();
        std::string many;
        for (int i = 0; i < 10000; ++i)
            many += (many.empty() ? "[" : ",") + byId(2, R"(,"labels":{"i":")" + std::to_string(i) + "\"}");
        const auto answer = post(server, many + "]");
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(10000), server.registry.revision().number);
        CPPUNIT_ASSERT_EQUAL(413, post(server, many + "," + byId(3) + "]").status);
        HttpClient large(server.endpoint());
        large.send("POST /peers:batch HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                   "Content-Length: 8388609\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(413, large.read().status);
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), server.registry.size());
    }

    void aStaleRecordIsNotRegistered()
    {
        const auto record = [](std::uint64_t seq) {
            node::EnrBuilder builder;
            builder.seq(seq).endpoint({node::IpAddress::v4(10, 0, 0, 1), 1, 2});
            return R"({"enr":")" +
                   builder.sign(node::SecretKey::fromHex(testSecret(2)).value()).value().toString() + "\"}";
        };
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(201, server.post(record(5)).status);
        const auto answer = post(server, '[' + record(4) + ',' + byId(3) + ']');
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_MESSAGE(answer.body,
                               answer.body.find(R"([{"status":409,"error":"enr: )") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.ends_with(created(3) + "]}"));
        const std::string line = "http-api peer.registered peer=0x";
        server.lines->await(line + testKey(3).hex());
        const std::string lines = server.lines->lines();
        CPPUNIT_ASSERT_EQUAL(lines.find(line + testKey(2).hex()), lines.rfind(line + testKey(2).hex()));
    }

    void anEmptyBatchIsNoMistake()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"revision":"0000000000000000-0","results":[]})"),
                             post(server, "[]").body);
    }

    void refusesWhatIsNoArray()
    {
        TestServer server;
        server.start();
        for (const std::string& body :
             {std::string("{}"), byId(2), std::string("["), std::string("]"), std::string("[,]"),
              "[" + byId(2), "[" + byId(2) + ",]", "[" + byId(2) + "]]", "[" + byId(2) + "}",
              "[" + byId(2) + "] x", std::string("[\"]"), std::string("  ")})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(body, 400, post(server, body).status);
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), server.registry.size());
        CPPUNIT_ASSERT_EQUAL(415,
                             HttpClient::request(server.endpoint(), "POST", "/peers:batch", "[]", "").status);
    }

    void aRegistryThatIsBusyTakesNothing()
    {
        TestServer server;
        server.start();
        server.registry.failWith(Error{ErrorCode::busy, "too many changes wait"});
        const auto answer = post(server, "[" + byId(2) + "]");
        CPPUNIT_ASSERT_EQUAL(429, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("1"), answer.header("retry-after"));
    }

    void secretKeysAreTakenAsElsewhere()
    {
        const std::string body = R"([{"secret_key":")" + testSecret(5) + R"(","ip":"10.0.0.1"}])";
        TestServer server;
        CPPUNIT_ASSERT(post(server.start(), body).body.find(created(5)) != std::string::npos);
        TestServer strict(Values{{"secret-keys", "refuse"}});
        const auto answer = post(strict.start(), body);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find(R"({"status":403,)") != std::string::npos);
    }

    void otherRoutesKeepTheirLimit()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(413, server.post(std::string(65537, ' ')).status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BatchTest);

} // namespace waymark::httpapi
