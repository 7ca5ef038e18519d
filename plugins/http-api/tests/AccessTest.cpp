#include "TestServer.h"
#include "TestTokens.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// Who gets in, as clients see it.
class AccessTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AccessTest);
    CPPUNIT_TEST(withoutTokensLoopbackAsksForNothing);
    CPPUNIT_TEST(withTokensOnlyHealthIsForEverybody);
    CPPUNIT_TEST(rolesBoundWhatATokenMayDo);
    CPPUNIT_TEST(wrongTokenIs401AlsoWhereNoneIsNeeded);
    CPPUNIT_TEST(otherSchemesAreOverlooked);
    CPPUNIT_TEST(twoAuthorizationFieldsAre400);
    CPPUNIT_TEST(tokenIsBoundToItsNetworks);
    CPPUNIT_TEST(adminWithoutTokensIsForThisHostItself);
    CPPUNIT_TEST(anonymousMayLookButNotRegister);
    CPPUNIT_TEST(tokenCountsForItsRequestOnly);
    CPPUNIT_TEST(refusedBeforeTheBodyIsAskedFor);
    CPPUNIT_TEST(handlersLearnTheNameAndNotTheToken);
    CPPUNIT_TEST(webPagesChangeNothingWithoutAToken);
    CPPUNIT_TEST(answersCarrySecurityHeaders);
    CPPUNIT_TEST(otherOriginsReadOnlyWhereConfigured);
    CPPUNIT_TEST_SUITE_END();

    TestTokens _tokens;
    const std::string _body = R"({"id":")" + testKey(2).hex() + R"(","ip":"10.0.1.5"})";
    const std::string _path = "/peers/" + testKey(2).hex();

    Values values(const Values& more = {}) const
    {
        Values all{{"tokens", _tokens.file()}};
        all.insert(more.begin(), more.end());
        return all;
    }

    static HttpAnswer get(const TestServer& server, std::string_view target, const std::string& fields = "")
    {
        return HttpClient::request(server.endpoint(), "GET", target, std::nullopt, fields);
    }
    HttpAnswer post(const TestServer& server, const std::string& fields) const
    {
        return HttpClient::request(server.endpoint(), "POST", "/peers", _body, fields);
    }
    HttpAnswer remove(const TestServer& server, const std::string& fields) const
    {
        return HttpClient::request(server.endpoint(), "DELETE", _path, std::nullopt, fields);
    }

    static Subscription addAdminRoute(TestServer& server)
    {
        http::Route route;
        route.method = "POST";
        route.pattern = "/secret";
        route.role = http::Role::admin;
        route.mutates = true;
        route.handler = [](const http::ApiRequest& request) {
            const bool credentials = request.header("Authorization").has_value();
            return http::ApiResponse::json(200, '"' + request.identity + (credentials ? "!\"" : "\""));
        };
        return server.routes.add(std::move(route));
    }

    void withoutTokensLoopbackAsksForNothing()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(201, server.post(_body).status);
        CPPUNIT_ASSERT_EQUAL(200, server.get("/peers").status);
        CPPUNIT_ASSERT_EQUAL(200, remove(server, "").status);
    }

    void withTokensOnlyHealthIsForEverybody()
    {
        TestServer server(values());
        server.start();
        for (const char* path : {"/health", "/livez", "/readyz"})
            CPPUNIT_ASSERT_EQUAL(200, server.get(path).status);
        for (const std::string path : {"/", "/peers", "/metrics", "/discovered"}) {
            const auto answer = server.get(path);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 401, answer.status);
            CPPUNIT_ASSERT_EQUAL(std::string(R"(Bearer realm="waymark")"), answer.header("www-authenticate"));
        }
        CPPUNIT_ASSERT_EQUAL(401, server.post(_body).status);
        CPPUNIT_ASSERT_EQUAL(401, remove(server, "").status);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, server.registry.size());
        CPPUNIT_ASSERT_EQUAL(404, server.get("/nothing").status);
    }

    void rolesBoundWhatATokenMayDo()
    {
        TestServer server(values());
        const auto route = addAdminRoute(server);
        server.start();
        const auto read = TestTokens::bearer("read-token");
        const auto registers = TestTokens::bearer("register-token");
        const auto admin = TestTokens::bearer("admin-token");
        CPPUNIT_ASSERT_EQUAL(200, get(server, "/peers", read).status);
        const auto refused = post(server, read);
        CPPUNIT_ASSERT_EQUAL(403, refused.status);
        CPPUNIT_ASSERT_EQUAL(std::string(R"(Bearer realm="waymark", error="insufficient_scope")"),
                             refused.header("www-authenticate"));
        CPPUNIT_ASSERT(refused.body.find("register") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(201, post(server, registers).status);
        CPPUNIT_ASSERT_EQUAL(200, get(server, _path, registers).status);
        CPPUNIT_ASSERT_EQUAL(403, remove(server, read).status);
        CPPUNIT_ASSERT_EQUAL(200, remove(server, admin).status);
        const auto administer = [&](const std::string& fields) {
            return HttpClient::request(server.endpoint(), "POST", "/secret", "", fields).status;
        };
        CPPUNIT_ASSERT_EQUAL(401, administer(""));
        CPPUNIT_ASSERT_EQUAL(403, administer(registers));
        CPPUNIT_ASSERT_EQUAL(200, administer(admin));
    }

    void wrongTokenIs401AlsoWhereNoneIsNeeded()
    {
        TestServer withTokens(values({{"allow-anonymous", "true"}, {"registration", "open"}}));
        TestServer withoutTokens;
        for (TestServer* const server : {&withTokens, &withoutTokens}) {
            server->start();
            for (const char* token : {"", "read-toke", "READ-TOKEN", "read-token x"}) {
                const auto answer = get(*server, "/peers", TestTokens::bearer(token));
                CPPUNIT_ASSERT_EQUAL_MESSAGE(token, 401, answer.status);
                CPPUNIT_ASSERT_EQUAL(std::string(R"(Bearer realm="waymark", error="invalid_token")"),
                                     answer.header("www-authenticate"));
            }
            CPPUNIT_ASSERT_EQUAL(401, post(*server, TestTokens::bearer("wrong")).status);
            CPPUNIT_ASSERT_EQUAL(200, get(*server, "/livez", TestTokens::bearer("wrong")).status);
        }
    }

    void otherSchemesAreOverlooked()
    {
        TestServer server;
        server.start();
        CPPUNIT_ASSERT_EQUAL(200, get(server, "/peers", "Authorization: Basic YTpi\r\n").status);
    }

    void twoAuthorizationFieldsAre400()
    {
        TestServer server(values());
        server.start();
        const std::string fields = TestTokens::bearer("wrong") + "Authorization: Bearer admin-token\r\n";
        CPPUNIT_ASSERT_EQUAL(400, get(server, "/peers", fields).status);
    }

    void tokenIsBoundToItsNetworks()
    {
        _tokens.write(TestTokens::line("read", "near", "from=127.0.0.2/32,10.0.0.0/8"));
        TestServer server(values());
        server.start();
        const auto statusFrom = [&](const std::string& from) {
            HttpClient client(server.endpoint(), from);
            return client.send("GET /peers HTTP/1.1\r\nHost: a\r\n" + TestTokens::bearer("near") + "\r\n")
                .read()
                .status;
        };
        CPPUNIT_ASSERT_EQUAL(200, statusFrom("127.0.0.2"));
        CPPUNIT_ASSERT_EQUAL(403, statusFrom("127.0.0.1"));
        CPPUNIT_ASSERT_EQUAL(
            403, get(server, "/peers", TestTokens::bearer("near") + "X-Forwarded-For: 127.0.0.2\r\n").status);
    }

    void adminWithoutTokensIsForThisHostItself()
    {
        TestServer server;
        const auto route = addAdminRoute(server);
        server.start();
        const auto administer = [&](const std::string& fields) {
            return HttpClient::request(server.endpoint(), "POST", "/secret", "", fields).status;
        };
        CPPUNIT_ASSERT_EQUAL(200, administer(""));
        CPPUNIT_ASSERT_EQUAL(403, administer("X-Forwarded-For: 10.0.0.1\r\n"));
        CPPUNIT_ASSERT_EQUAL(403, administer("Forwarded: for=10.0.0.1\r\n"));
    }

    void anonymousMayLookButNotRegister()
    {
        TestServer server(values({{"allow-anonymous", "true"}}));
        server.start();
        CPPUNIT_ASSERT_EQUAL(200, server.get("/peers").status);
        CPPUNIT_ASSERT_EQUAL(401, server.post(_body).status);
        CPPUNIT_ASSERT_EQUAL(201, post(server, TestTokens::bearer("register-token")).status);
    }

    /// On one connection, as a proxy sends what several clients want.
    void tokenCountsForItsRequestOnly()
    {
        TestServer server(values());
        server.start();
        const std::string plain = "GET /peers HTTP/1.1\r\nHost: a\r\n\r\n";
        const std::string withToken =
            "GET /peers HTTP/1.1\r\nHost: a\r\n" + TestTokens::bearer("read-token") + "\r\n";
        const std::string post = "POST /peers HTTP/1.1\r\nHost: a\r\n" +
                                 TestTokens::bearer("register-token") + "Expect: 100-continue\r\n" +
                                 "Content-Length: " + std::to_string(_body.size()) + "\r\n\r\n";
        HttpClient pipelined(server.endpoint());
        pipelined.send(withToken + plain + withToken + plain);
        for (const int status : {200, 401, 200, 401})
            CPPUNIT_ASSERT_EQUAL(status, pipelined.read().status);
        HttpClient client(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(100, client.send(post).read().status);
        CPPUNIT_ASSERT_EQUAL(201, client.send(_body).read().status);
        CPPUNIT_ASSERT_EQUAL(401, client.send(plain).read().status);
        CPPUNIT_ASSERT_EQUAL(200, client.send(withToken).read().status);
        CPPUNIT_ASSERT_EQUAL(401, client.send(plain).read().status);
    }

    void refusedBeforeTheBodyIsAskedFor()
    {
        TestServer server(values());
        server.start();
        HttpClient client(server.endpoint());
        client.send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(401, client.read().status);
    }

    void handlersLearnTheNameAndNotTheToken()
    {
        TestServer server(values());
        const auto route = addAdminRoute(server);
        server.start();
        const auto answer =
            HttpClient::request(server.endpoint(), "POST", "/secret", "", TestTokens::bearer("admin-token"));
        CPPUNIT_ASSERT_EQUAL(std::string("\"token:boss\""), answer.body);
        TestServer open;
        const auto another = addAdminRoute(open);
        open.start();
        CPPUNIT_ASSERT_EQUAL(std::string("\"anonymous\""),
                             HttpClient::request(open.endpoint(), "POST", "/secret", "").body);
    }

    void webPagesChangeNothingWithoutAToken()
    {
        TestServer server(values({{"registration", "open"}, {"cors-origins", "*"}}));
        server.start();
        const std::string page = "Origin: https://evil.example\r\n";
        const std::string json = "Content-Type: application/json\r\n";
        CPPUNIT_ASSERT_EQUAL(403, post(server, page + json).status);
        CPPUNIT_ASSERT_EQUAL(403, remove(server, "Origin: null\r\n").status);
        CPPUNIT_ASSERT_EQUAL(201, post(server, json).status);
        CPPUNIT_ASSERT_EQUAL(201, post(server, page + TestTokens::bearer("register-token")).status);
        CPPUNIT_ASSERT_EQUAL(200, get(server, "/peers", page + TestTokens::bearer("read-token")).status);
    }

    static void assertSecurityHeaders(const HttpAnswer& answer)
    {
        CPPUNIT_ASSERT_EQUAL(std::string("nosniff"), answer.header("x-content-type-options"));
        CPPUNIT_ASSERT_EQUAL(std::string("no-store"), answer.header("cache-control"));
        CPPUNIT_ASSERT_EQUAL(std::string("default-src 'none'; frame-ancestors 'none'"),
                             answer.header("content-security-policy"));
        CPPUNIT_ASSERT_EQUAL(std::string("no-referrer"), answer.header("referrer-policy"));
        CPPUNIT_ASSERT(!answer.headers.contains("access-control-allow-origin"));
        CPPUNIT_ASSERT(!answer.headers.contains("strict-transport-security"));
        CPPUNIT_ASSERT(!answer.headers.contains("server"));
    }

    void answersCarrySecurityHeaders()
    {
        TestServer server;
        http::Route asset;
        asset.method = "GET";
        asset.pattern = "/asset";
        asset.handler = [](const auto&) {
            return http::ApiResponse::asset("text/plain", "static").header("Referrer-Policy", "origin");
        };
        const auto route = server.routes.add(std::move(asset));
        server.start();
        assertSecurityHeaders(get(server, "/peers", "Origin: https://a.example\r\n"));
        assertSecurityHeaders(server.get("/health"));
        assertSecurityHeaders(server.get("/nothing"));
        assertSecurityHeaders(server.post("broken"));
        assertSecurityHeaders(HttpClient(server.endpoint()).send("broken\r\n\r\n").read());
        const auto answer = server.get("/asset");
        CPPUNIT_ASSERT_EQUAL(std::string("public, max-age=300"), answer.header("cache-control"));
        CPPUNIT_ASSERT_EQUAL(std::string("origin"), answer.header("referrer-policy"));
    }

    void otherOriginsReadOnlyWhereConfigured()
    {
        TestServer server(values({{"cors-origins", "https://a.example, https://b.example"}}));
        server.start();
        const std::string page = "Origin: https://b.example\r\n";
        const auto preflight = [&](const std::string& origin, const std::string& path,
                                   const std::string& method) {
            return HttpClient::request(server.endpoint(), "OPTIONS", path, std::nullopt,
                                       origin + "Access-Control-Request-Method: " + method +
                                           "\r\nAccess-Control-Request-Headers: authorization\r\n");
        };
        const auto asked = preflight(page, "/peers", "GET");
        CPPUNIT_ASSERT_EQUAL(200, asked.status);
        CPPUNIT_ASSERT_EQUAL(std::string("https://b.example"), asked.header("access-control-allow-origin"));
        CPPUNIT_ASSERT(asked.header("access-control-allow-headers").find("Authorization") == 0);
        CPPUNIT_ASSERT_EQUAL(405, preflight(page, "/peers", "POST").status);
        CPPUNIT_ASSERT_EQUAL(405, preflight("Origin: https://c.example\r\n", "/peers", "GET").status);
        CPPUNIT_ASSERT_EQUAL(404, preflight(page, "/nothing", "GET").status);
        const auto read = get(server, "/peers", page + TestTokens::bearer("read-token"));
        CPPUNIT_ASSERT_EQUAL(200, read.status);
        CPPUNIT_ASSERT_EQUAL(std::string("https://b.example"), read.header("access-control-allow-origin"));
        CPPUNIT_ASSERT_EQUAL(std::string("https://b.example"),
                             get(server, "/peers", page).header("access-control-allow-origin"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AccessTest);

} // namespace waymark::httpapi
