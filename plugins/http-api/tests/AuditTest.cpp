#include "TestServer.h"
#include "TestTokens.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::httpapi
{

/// The line in the log about every request that changes something.
class AuditTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AuditTest);
    CPPUNIT_TEST(changesAreToldWithWhoMadeThem);
    CPPUNIT_TEST(anonymousChangesAreTold);
    CPPUNIT_TEST(refusedRequestsAreTold);
    CPPUNIT_TEST(whatIsNoIdIsNotRepeated);
    CPPUNIT_TEST(aBodyWithoutAPeerNamesNone);
    CPPUNIT_TEST(batchesAreJoinedByTheirRequest);
    CPPUNIT_TEST(lookingIsNotTold);
    CPPUNIT_TEST(answersThatNeverCameAreTold);
    CPPUNIT_TEST(clientsThatLeaveAreTold);
    CPPUNIT_TEST(eachRequestOfAConnectionIsToldOnce);
    CPPUNIT_TEST(changesThatNeedNoRoleAreTold);
    CPPUNIT_TEST(aBodyThatIsWaitedForChangesNoRequestsId);
    CPPUNIT_TEST(strangersDoNotFillTheLog);
    CPPUNIT_TEST(tokensAreNeverLogged);
    CPPUNIT_TEST_SUITE_END();

    TestTokens _tokens;
    const std::string _body = R"({"id":")" + testKey(2).hex() + R"(","ip":"10.0.1.5"})";
    const std::string _path = "/peers/" + testKey(2).hex();
    static constexpr const char* begin = "http-api http.audit method=";

    static int send(const TestServer& server, const std::string& method, const std::string& target,
                    const std::string& fields, const std::optional<std::string>& body = std::nullopt)
    {
        return HttpClient::request(server.endpoint(), method, target, body, fields).status;
    }

    static std::size_t count(const std::string& text, const std::string& part)
    {
        std::size_t found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
            ++found;
        return found;
    }

    static void assertLine(const TestServer& server, const std::string& start, const std::string& end)
    {
        const std::string line = server.lines->await(begin + start);
        CPPUNIT_ASSERT_MESSAGE(line, line.find(end + " remote=127.0.0.1:") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(line, line.find(" request=") != std::string::npos);
    }

    void changesAreToldWithWhoMadeThem()
    {
        TestServer server({{"tokens", _tokens.file()}});
        server.start();
        const auto fields = TestTokens::bearer("register-token");
        CPPUNIT_ASSERT_EQUAL(201, send(server, "POST", "/peers", fields, _body));
        assertLine(server, "POST",
                   " route=/peers peer=0x" + testKey(2).hex() +
                       " status=201 identity=token:registrar role=register");
        CPPUNIT_ASSERT_EQUAL(200, send(server, "PUT", _path + "/lease", fields));
        assertLine(server, "PUT",
                   " route=/peers/{id}/lease peer=0x" + testKey(2).hex() +
                       " status=200 identity=token:registrar role=register");
        CPPUNIT_ASSERT_EQUAL(200, send(server, "DELETE", _path, TestTokens::bearer("admin-token")));
        assertLine(server, "DELETE",
                   " route=/peers/{id} peer=0x" + testKey(2).hex() +
                       " status=200 identity=token:boss role=admin");
        CPPUNIT_ASSERT(server.lines->lines().find("http-api peer.removed peer=") != std::string::npos);
    }

    void anonymousChangesAreTold()
    {
        TestServer server;
        CPPUNIT_ASSERT_EQUAL(201, server.start().post(_body).status);
        assertLine(server, "POST", " status=201 identity=anonymous role=none");
    }

    void refusedRequestsAreTold()
    {
        TestServer server({{"tokens", _tokens.file()}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(401, send(server, "POST", "/peers", "", _body));
        assertLine(server, "POST", " status=401 identity=anonymous role=none");
        CPPUNIT_ASSERT_EQUAL(403, send(server, "DELETE", _path, TestTokens::bearer("read-token")));
        assertLine(server, "DELETE", " status=403 identity=token:reader role=read");
        const std::string wrongType = "Authorization: Bearer register-token\r\n";
        CPPUNIT_ASSERT_EQUAL(415, send(server, "PUT", _path + "/lease", wrongType, "x"));
        assertLine(server, "PUT", " status=415 identity=token:registrar role=register");
    }

    void whatIsNoIdIsNotRepeated()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(400, send(server, "DELETE", "/peers/" + testSecret(7), ""));
        assertLine(server, "DELETE", " route=/peers/{id} peer= status=400 identity=anonymous role=none");
        CPPUNIT_ASSERT(server.lines->lines().find(testSecret(7)) == std::string::npos);
    }

    void aBodyWithoutAPeerNamesNone()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(400, server.post(R"({"id":")" + testSecret(7) + R"(","ip":"10.0.1.5"})").status);
        assertLine(server, "POST", " route=/peers peer= status=400 identity=anonymous role=none");
        CPPUNIT_ASSERT(server.lines->lines().find(testSecret(7)) == std::string::npos);
    }

    /// It may be of ten thousand: each has a line of its own, with the same request.
    void batchesAreJoinedByTheirRequest()
    {
        TestServer server;
        server.start();
        const auto answer = HttpClient::request(server.endpoint(), "POST", "/peers:batch", '[' + _body + ']');
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        assertLine(server, "POST", " route=/peers:batch peer= status=200 identity=anonymous role=none");
        const std::string line = server.lines->await("http-api peer.registered peer=0x" + testKey(2).hex());
        CPPUNIT_ASSERT_MESSAGE(line,
                               line.find(" request=" + answer.header("x-request-id")) != std::string::npos);
    }

    void lookingIsNotTold()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(200, server.get("/peers").status);
        CPPUNIT_ASSERT_EQUAL(405, send(server, "DELETE", "/peers", ""));
        server.stop();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, count(server.lines->lines(), begin));
    }

    void answersThatNeverCameAreTold()
    {
        TestServer server;
        server.registry.hold();
        server.start();
        HttpClient client(server.endpoint());
        client.send("DELETE " + _path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        server.registry.waitUntilHeld();
        server.stop(std::chrono::milliseconds(0));
        assertLine(server, "DELETE", " status=503 identity=anonymous role=none");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count(server.lines->lines(), begin));
        server.registry.forget();
    }

    void clientsThatLeaveAreTold()
    {
        TestServer server;
        server.registry.hold();
        server.start();
        HttpClient client(server.endpoint());
        client.send("DELETE " + _path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        server.registry.waitUntilHeld();
        server.awaitConnections("parked", 1);
        client.breakOff();
        assertLine(server, "DELETE", " status=0 identity=anonymous role=none");
        server.registry.release();
        server.stop();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count(server.lines->lines(), begin));
    }

    void eachRequestOfAConnectionIsToldOnce()
    {
        TestServer server;
        server.start();
        HttpClient client(server.endpoint());
        const std::string remove = "DELETE " + _path + " HTTP/1.1\r\nHost: a\r\n\r\n";
        client.send(remove + "GET /peers HTTP/1.1\r\nHost: a\r\n\r\n" + remove);
        for (const int status : {404, 200, 404})
            CPPUNIT_ASSERT_EQUAL(status, client.read().status);
        client.close();
        server.stop();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, count(server.lines->lines(), begin));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, count(server.lines->lines(), " status=404 identity="));
    }

    void changesThatNeedNoRoleAreTold()
    {
        TestServer server;
        http::Route route;
        route.method = "POST";
        route.pattern = "/open";
        route.role = http::Role::open;
        route.mutates = true;
        route.handler = [](const http::ApiRequest&) {
            return http::ApiResponse::json(200, "{}");
        };
        const auto added = server.routes.add(std::move(route));
        server.start();
        CPPUNIT_ASSERT_EQUAL(200, send(server, "POST", "/open", ""));
        assertLine(server, "POST", " route=/open peer= status=200 identity=anonymous role=none");
        CPPUNIT_ASSERT_EQUAL(403, send(server, "POST", "/open", "Origin: https://evil.example\r\n"));
        CPPUNIT_ASSERT_EQUAL(403, send(server, "POST", "/open",
                                       "Origin: https://evil.example\r\nAuthorization: Bearer x\r\n"));
    }

    void aBodyThatIsWaitedForChangesNoRequestsId()
    {
        TestServer server;
        server.start();
        HttpClient client(server.endpoint());
        client.send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    "Expect: 100-continue\r\nContent-Length: " +
                    std::to_string(_body.size()) + "\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(100, client.read().status);
        const auto answer = client.send(_body).read();
        CPPUNIT_ASSERT_EQUAL(201, answer.status);
        const std::string line = server.lines->await(begin);
        CPPUNIT_ASSERT_MESSAGE(line, line.find(" request=" + answer.header("x-request-id") + ' ') !=
                                         std::string::npos);
        CPPUNIT_ASSERT(client.send("GET /peers HTTP/1.1\r\nHost: a\r\n\r\n").read().header("x-request-id") !=
                       answer.header("x-request-id"));
    }

    void strangersDoNotFillTheLog()
    {
        constexpr std::size_t attempts = 60;
        TestServer server({{"tokens", _tokens.file()}});
        server.start();
        HttpClient client(server.endpoint());
        for (std::size_t i = 0; i < attempts; ++i)
            CPPUNIT_ASSERT_EQUAL(
                401, client.send("DELETE " + _path + " HTTP/1.1\r\nHost: a\r\n\r\n").read().status);
        for (std::size_t i = 0; i < attempts; ++i)
            CPPUNIT_ASSERT_EQUAL(404, client
                                          .send("DELETE " + _path + " HTTP/1.1\r\nHost: a\r\n" +
                                                TestTokens::bearer("register-token") + "\r\n")
                                          .read()
                                          .status);
        client.close();
        server.stop();
        const std::string lines = server.lines->lines();
        CPPUNIT_ASSERT_MESSAGE(lines, count(lines, " status=401 identity=anonymous ") >= 10 &&
                                          count(lines, " status=401 identity=anonymous ") < attempts);
        CPPUNIT_ASSERT_EQUAL(attempts, count(lines, " status=404 identity=token:registrar "));
    }

    void tokensAreNeverLogged()
    {
        TestServer server({{"tokens", _tokens.file()}});
        server.start();
        for (const char* token : {"register-token", "wrong-token"}) {
            send(server, "POST", "/peers", TestTokens::bearer(token), _body);
            send(server, "GET", "/peers", TestTokens::bearer(token));
        }
        server.stop();
        CPPUNIT_ASSERT(count(server.lines->lines(), begin) > 0);
        CPPUNIT_ASSERT(server.lines->lines().find("-token") == std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AuditTest);

} // namespace waymark::httpapi
