#include "TestServer.h"
#include "TestTokens.h"

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>
#include <string>

namespace waymark::httpapi
{

/// Which configurations are taken, at the start and when they change.
class AccessSettingsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AccessSettingsTest);
    CPPUNIT_TEST(beyondLoopbackSomebodyMustBeAskedForCredentials);
    CPPUNIT_TEST(registrationByTokenNeedsTokens);
    CPPUNIT_TEST(registrationIsOpenOnLoopbackWithoutTokensOnly);
    CPPUNIT_TEST(wrongOriginIsRefused);
    CPPUNIT_TEST(brokenTokenFileStopsTheStart);
    CPPUNIT_TEST(fileWithoutTokensLetsNobodyIn);
    CPPUNIT_TEST(reloadTakesNewTokensOver);
    CPPUNIT_TEST(refusedReloadChangesNothing);
    CPPUNIT_TEST(reloadMayNotOpenWhatIsReachable);
    CPPUNIT_TEST(reloadChangesWhoMayDoWhat);
    CPPUNIT_TEST_SUITE_END();

    TestTokens _tokens;
    const std::string _body = R"({"id":")" + testKey(2).hex() + R"(","ip":"10.0.1.5"})";

    /// Why a configuration is rejected; empty: it is not.
    static std::string rejection(const Values& values)
    {
        try {
            const TestServer server(values);
            return {};
        } catch (const std::invalid_argument& problem) {
            return problem.what();
        }
    }

    static void assertRejected(const std::string& key, const std::string& advice, const Values& values)
    {
        const std::string why = rejection(values);
        CPPUNIT_ASSERT_MESSAGE(why, why.starts_with(key + ": "));
        CPPUNIT_ASSERT_MESSAGE(why, why.find(advice) != std::string::npos);
    }

    void beyondLoopbackSomebodyMustBeAskedForCredentials()
    {
        for (const char* listen : {"0.0.0.0:0", "[::]:0", "10.0.0.1:8080"}) {
            assertRejected("listen", "http-api.tokens", {{"listen", listen}});
            assertRejected("listen", "http-api.allow-anonymous = true",
                           {{"listen", listen}, {"registration", "open"}});
            CPPUNIT_ASSERT_EQUAL(std::string(), rejection({{"listen", listen}, {"tokens", _tokens.file()}}));
            CPPUNIT_ASSERT_EQUAL(
                std::string(),
                rejection({{"listen", listen}, {"allow-anonymous", "true"}, {"registration", "open"}}));
        }
        for (const char* listen : {"127.0.0.1:0", "127.1.2.3:0", "[::1]:0"})
            CPPUNIT_ASSERT_EQUAL(std::string(), rejection({{"listen", listen}}));
    }

    void registrationByTokenNeedsTokens()
    {
        assertRejected("registration", "http-api.tokens", {{"registration", "token"}});
        assertRejected("registration", "http-api.registration = open",
                       {{"listen", "0.0.0.0:0"}, {"allow-anonymous", "true"}});
        CPPUNIT_ASSERT_EQUAL(std::string(),
                             rejection({{"registration", "token"}, {"tokens", _tokens.file()}}));
    }

    void registrationIsOpenOnLoopbackWithoutTokensOnly()
    {
        TestServer open;
        CPPUNIT_ASSERT_EQUAL(201, open.start().post(_body).status);
        TestServer withTokens({{"tokens", _tokens.file()}});
        CPPUNIT_ASSERT_EQUAL(401, withTokens.start().post(_body).status);
        TestServer saysOpen({{"tokens", _tokens.file()}, {"registration", "open"}});
        CPPUNIT_ASSERT_EQUAL(201, saysOpen.start().post(_body).status);
    }

    void wrongOriginIsRefused()
    {
        CPPUNIT_ASSERT(rejection({{"cors-origins", "https://a.example/"}}).find("cors-origins") !=
                       std::string::npos);
    }

    void assertStartFails(plugin::ExitCode code, const std::string& why) const
    {
        TestServer server({{"tokens", _tokens.file()}});
        try {
            server.start();
            CPPUNIT_FAIL("it starts");
        } catch (const plugin::StartError& problem) {
            const std::string message = problem.what();
            CPPUNIT_ASSERT(problem.code() == code);
            CPPUNIT_ASSERT_MESSAGE(message, message.starts_with("http-api.tokens: " + _tokens.file() + ": "));
            CPPUNIT_ASSERT_MESSAGE(message, message.find(why) != std::string::npos);
        }
    }

    void brokenTokenFileStopsTheStart()
    {
        _tokens.write(TestTokens::all() + "waymark_secret\n");
        assertStartFails(plugin::ExitCode::configuration, "line 4: ");
        _tokens.write(TestTokens::all(), 0660);
        assertStartFails(plugin::ExitCode::keyFile, "chmod go-w");
        std::filesystem::remove(_tokens.file());
        assertStartFails(plugin::ExitCode::configuration, "no such file");
    }

    static int statusOf(const TestServer& server, const std::string& token)
    {
        return HttpClient::request(server.endpoint(), "GET", "/peers", std::nullopt,
                                   TestTokens::bearer(token))
            .status;
    }

    /// What the host does on HUP. The refusal or rejection; empty: it was taken over.
    static std::string reload(TestServer& server, Values values)
    {
        values.try_emplace("listen", "127.0.0.1:0");
        const auto config =
            plugin::ConfigView::make(server.plugin.schema(), values, std::filesystem::temp_directory_path());
        CPPUNIT_ASSERT(config.has_value());
        const auto plan = server.plugin.prepareReload(*config);
        if (plan.refusal)
            return *plan.refusal;
        if (const auto rejections = config->rejections(); !rejections.empty())
            return rejections.front().second;
        plan.commit();
        return {};
    }

    void fileWithoutTokensLetsNobodyIn()
    {
        const Values values{{"tokens", _tokens.file()}};
        TestServer server(values);
        server.start();
        server.lines->await("http-api http.tokens_read tokens=3");
        _tokens.write("# all of them were taken back\n");
        CPPUNIT_ASSERT_EQUAL(std::string(), reload(server, values));
        server.lines->await("http-api http.tokens_read tokens=0 The token file has no token in it");
        CPPUNIT_ASSERT_EQUAL(401, server.get("/peers").status);
        CPPUNIT_ASSERT_EQUAL(401, statusOf(server, "admin-token"));
        CPPUNIT_ASSERT_EQUAL(401, server.post(_body).status);
    }

    void reloadTakesNewTokensOver()
    {
        const Values values{{"tokens", _tokens.file()}};
        TestServer server(values);
        server.start();
        HttpClient kept(server.endpoint());
        const std::string request =
            "GET /peers HTTP/1.1\r\nHost: a\r\n" + TestTokens::bearer("read-token") + "\r\n";
        CPPUNIT_ASSERT_EQUAL(200, kept.send(request).read().status);
        _tokens.write(TestTokens::line("read", "new-token", ""));
        CPPUNIT_ASSERT_EQUAL(401, statusOf(server, "new-token"));
        CPPUNIT_ASSERT_EQUAL(std::string(), reload(server, values));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(server, "new-token"));
        CPPUNIT_ASSERT_EQUAL(401, statusOf(server, "read-token"));
        CPPUNIT_ASSERT_EQUAL(401, kept.send(request).read().status);
    }

    void refusedReloadChangesNothing()
    {
        const Values values{{"tokens", _tokens.file()}};
        TestServer server(values);
        server.start();
        _tokens.write(TestTokens::line("read", "new-token", "") + "broken\n");
        const std::string why = reload(server, values);
        CPPUNIT_ASSERT_MESSAGE(why, why.starts_with("http-api.tokens: " + _tokens.file() + ": line 2: "));
        _tokens.write(TestTokens::line("read", "new-token", ""), 0666);
        CPPUNIT_ASSERT(reload(server, values).find("chmod go-w") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(200, statusOf(server, "read-token"));
        CPPUNIT_ASSERT_EQUAL(401, statusOf(server, "new-token"));
    }

    void reloadMayNotOpenWhatIsReachable()
    {
        TestServer server({{"listen", "0.0.0.0:0"}, {"tokens", _tokens.file()}});
        CPPUNIT_ASSERT(!reload(server, {{"listen", "0.0.0.0:0"}}).empty());
    }

    void reloadChangesWhoMayDoWhat()
    {
        TestServer server({{"tokens", _tokens.file()}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(401, server.get("/peers").status);
        CPPUNIT_ASSERT_EQUAL(std::string(), reload(server, {{"tokens", _tokens.file()},
                                                            {"allow-anonymous", "true"},
                                                            {"registration", "open"},
                                                            {"cors-origins", "*"}}));
        const auto answer = HttpClient::request(server.endpoint(), "GET", "/peers", std::nullopt,
                                                "Origin: https://a.example\r\n");
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("*"), answer.header("access-control-allow-origin"));
        CPPUNIT_ASSERT_EQUAL(201, server.post(_body).status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AccessSettingsTest);

} // namespace waymark::httpapi
