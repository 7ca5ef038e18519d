#include <waymark/http/RouteTable.h>

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>

namespace waymark::http
{

class RouteTableTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RouteTableTest);
    CPPUNIT_TEST(parametersAreDecodedAfterSplitting);
    CPPUNIT_TEST(fixedSegmentsWinOverParameters);
    CPPUNIT_TEST(unknownMethodTellsTheAllowedOnes);
    CPPUNIT_TEST(getServesHead);
    CPPUNIT_TEST(unknownOrMalformedPathMatchesNothing);
    CPPUNIT_TEST(sameShapeTwiceIsADefect);
    CPPUNIT_TEST(malformedPatternsAreADefect);
    CPPUNIT_TEST(routeEndsWithItsSubscriptionButAMatchStaysValid);
    CPPUNIT_TEST(errorResponseEscapesItsMessage);
    CPPUNIT_TEST(headersIgnoreCase);
    CPPUNIT_TEST_SUITE_END();

    static Route route(std::string method, std::string pattern)
    {
        Route made;
        made.method = std::move(method);
        made.pattern = std::move(pattern);
        made.handler = [](const ApiRequest&) {
            return ApiResponse::json(200, "{}");
        };
        return made;
    }

    void parametersAreDecodedAfterSplitting()
    {
        RouteTable table;
        const auto added = table.add(route("GET", "/peers/{id}/labels/{name}"));
        const auto match = table.match("GET", "/peers/a%2Fb/labels/%c3%a9");
        CPPUNIT_ASSERT(match.route);
        CPPUNIT_ASSERT_EQUAL(std::string("a/b"), match.parameters.at("id"));
        CPPUNIT_ASSERT_EQUAL(std::string("\xc3\xa9"), match.parameters.at("name"));
    }

    void fixedSegmentsWinOverParameters()
    {
        RouteTable table;
        const auto any = table.add(route("GET", "/peers/{id}"));
        const auto fixed = table.add(route("GET", "/peers/watch"));
        CPPUNIT_ASSERT_EQUAL(std::string("/peers/watch"), table.match("GET", "/peers/watch").route->pattern);
        CPPUNIT_ASSERT_EQUAL(std::string("/peers/{id}"), table.match("GET", "/peers/other").route->pattern);
    }

    void unknownMethodTellsTheAllowedOnes()
    {
        RouteTable table;
        const auto get = table.add(route("GET", "/peers/{id}"));
        const auto remove = table.add(route("DELETE", "/peers/{name}"));
        const auto match = table.match("PUT", "/peers/1");
        CPPUNIT_ASSERT(!match.route);
        CPPUNIT_ASSERT((match.allowed == std::vector<std::string>{"DELETE", "GET", "HEAD"}));
        CPPUNIT_ASSERT_EQUAL(std::string("1"), table.match("DELETE", "/peers/1").parameters.at("name"));
    }

    void getServesHead()
    {
        RouteTable table;
        const auto get = table.add(route("GET", "/"));
        CPPUNIT_ASSERT(table.match("HEAD", "/").route);
        const auto head = table.add(route("HEAD", "/"));
        CPPUNIT_ASSERT_EQUAL(std::string("HEAD"), table.match("HEAD", "/").route->method);
    }

    void unknownOrMalformedPathMatchesNothing()
    {
        RouteTable table;
        const auto get = table.add(route("GET", "/peers/{id}"));
        for (const char* path : {"", "/", "peers/1", "/peers", "/peers/", "/peers/1/", "/peers/%",
                                 "/peers/%4", "/peers/%zz", "//peers/1", "*"}) {
            const auto match = table.match("GET", path);
            CPPUNIT_ASSERT_MESSAGE(path, !match.route && match.allowed.empty());
        }
    }

    void sameShapeTwiceIsADefect()
    {
        RouteTable table;
        const auto first = table.add(route("GET", "/peers/{id}"));
        CPPUNIT_ASSERT_THROW(static_cast<void>(table.add(route("GET", "/peers/{key}"))), std::logic_error);
    }

    void malformedPatternsAreADefect()
    {
        RouteTable table;
        for (const char* pattern : {"", "peers", "/a{id}", "/{}", "/{id", "/{a}/{a}", "/{{a}}"})
            CPPUNIT_ASSERT_THROW_MESSAGE(pattern, static_cast<void>(table.add(route("GET", pattern))),
                                         std::logic_error);
        CPPUNIT_ASSERT_THROW(static_cast<void>(table.add(route("get", "/"))), std::logic_error);
    }

    void routeEndsWithItsSubscriptionButAMatchStaysValid()
    {
        RouteTable table;
        auto added = table.add(route("GET", "/health"));
        const auto match = table.match("GET", "/health");
        added.reset();
        CPPUNIT_ASSERT(!table.match("GET", "/health").route);
        CPPUNIT_ASSERT(table.routes().empty());
        CPPUNIT_ASSERT_EQUAL(200, match.route->handler(ApiRequest{}).status());
    }

    void errorResponseEscapesItsMessage()
    {
        const auto response = ApiResponse::error(400, "no \"peer\"\n\xff");
        CPPUNIT_ASSERT_EQUAL(std::string("{\"error\":\"no \\\"peer\\\"\\n\xef\xbf\xbd\"}"),
                             std::get<std::string>(response.body()));
    }

    void headersIgnoreCase()
    {
        ApiRequest request;
        request.headers["Content-Type"] = "application/json";
        CPPUNIT_ASSERT(request.header("content-type") == "application/json");
        CPPUNIT_ASSERT(!request.header("content-length"));
        CPPUNIT_ASSERT_THROW(request.parameter("id"), std::logic_error);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RouteTableTest);

} // namespace waymark::http
