#include "Daemon.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::httpapi
{

/// The routes of a plugin that http-api knows nothing of, in the real daemon.
class ContributedRoutesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ContributedRoutesTest);
    CPPUNIT_TEST(areServedInEveryForm);
    CPPUNIT_TEST(areGuardedByTheirRole);
    CPPUNIT_TEST(areDescribed);
    CPPUNIT_TEST_SUITE_END();

    static testkit::Properties withRoutes()
    {
        return {{"waymark.plugins", "registry-memory, http-api, test-routes"},
                {"waymark.plugin-path", WAYMARK_BUILD_DIR "/test-routes, " WAYMARK_BUILD_DIR "/plugins"}};
    }
    HttpAnswer get(const std::string& path)
    {
        return HttpClient::request(_daemon.endpoint(), "GET", path, std::nullopt, "");
    }

    void areServedInEveryForm()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("hello, you"), get("/greetings/you").body);
        CPPUNIT_ASSERT_EQUAL(std::string("late"), get("/greetings/late").body);
        CPPUNIT_ASSERT_EQUAL(std::string("one, two"), get("/greetings/streamed").body);
        const auto asset = get("/greetings/static");
        CPPUNIT_ASSERT_EQUAL(std::string("for ever"), asset.body);
        CPPUNIT_ASSERT(!asset.header("etag").empty());
        CPPUNIT_ASSERT_EQUAL(405, HttpClient::request(_daemon.endpoint(), "PUT", "/greetings/you").status);
    }

    void areGuardedByTheirRole()
    {
        const auto post = [&](const std::string& fields) {
            return HttpClient::request(_daemon.endpoint(), "POST", "/greetings", std::nullopt, fields);
        };
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"count":1,"by":"anonymous"})"), post("").body);
        CPPUNIT_ASSERT_EQUAL(403, post("X-Forwarded-For: 10.0.0.1\r\n").status);
        CPPUNIT_ASSERT_EQUAL(403, post("Origin: https://example.org\r\n").status);
    }

    void areDescribed()
    {
        const std::string text = get("/openapi.yaml").body;
        for (const char* const part :
             {"\n  /greetings/{how}:\n    get:\n      summary: Greets in one of four ways\n",
              "\n  /greetings:\n    post:\n      summary: \"Counts a greeting\"\n"})
            CPPUNIT_ASSERT_MESSAGE(text, text.find(part) != std::string::npos);
    }

    Daemon _daemon{{}, withRoutes()};
};

CPPUNIT_TEST_SUITE_REGISTRATION(ContributedRoutesTest);

} // namespace waymark::httpapi
