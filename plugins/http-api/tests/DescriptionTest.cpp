#include "TestServer.h"
#include "routes/ApiDescription.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

namespace waymark::httpapi
{

/// GET /openapi.yaml.
class DescriptionTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DescriptionTest);
    CPPUNIT_TEST(hasEveryRouteAndNoOther);
    CPPUNIT_TEST(hasTheRoutesOfOtherPlugins);
    CPPUNIT_TEST(isServedWithATag);
    CPPUNIT_TEST_SUITE_END();

    using Operation = std::pair<std::string, std::string>;

    /// Methods and patterns under `paths`.
    static std::set<Operation> described(std::string_view document)
    {
        std::set<Operation> operations;
        std::istringstream lines{std::string(document)};
        std::string pattern;
        bool inPaths = false;
        for (std::string line; std::getline(lines, line);) {
            if (!line.empty() && !line.starts_with(' '))
                inPaths = line == "paths:";
            else if (inPaths && line.starts_with("  /"))
                pattern = line.substr(2, line.size() - 3);
            else if (inPaths && line.starts_with("    ") && !line.starts_with("     ") &&
                     line.ends_with(':') && line != "    parameters:")
                operations.emplace(line.substr(4, line.size() - 5), pattern);
        }
        return operations;
    }
    static std::set<Operation> served(const http::RouteTable& routes)
    {
        std::set<Operation> operations;
        for (const auto& route : routes.routes()) {
            std::string method = route->method;
            std::ranges::transform(method, method.begin(),
                                   [](char c) { return static_cast<char>(c | 0x20); });
            operations.emplace(method, route->pattern);
        }
        return operations;
    }

    void hasEveryRouteAndNoOther()
    {
        const TestServer server;
        const auto own = described(ownDescription());
        CPPUNIT_ASSERT(own.size() > 15);
        for (const auto& [method, pattern] : own)
            CPPUNIT_ASSERT_MESSAGE(method + ' ' + pattern + " is described and not served",
                                   served(server.routes).contains({method, pattern}));
        for (const auto& [method, pattern] : served(server.routes))
            CPPUNIT_ASSERT_MESSAGE(method + ' ' + pattern + " is served and not described",
                                   own.contains({method, pattern}));
        CPPUNIT_ASSERT_EQUAL(std::string(ownDescription()), describeApi(ownDescription(), server.routes));
    }

    void hasTheRoutesOfOtherPlugins()
    {
        TestServer server;
        std::vector<Subscription> added;
        const auto add = [&](std::string method, std::string pattern, std::string openapi) {
            http::Route route;
            route.method = std::move(method);
            route.pattern = std::move(pattern);
            route.summary = "Says \"hello\"";
            route.openapi = std::move(openapi);
            route.handler = [](const http::ApiRequest&) {
                return http::ApiResponse::json(200, "{}");
            };
            added.push_back(server.routes.add(std::move(route)));
        };
        add("GET", "/hello", "summary: Hello\nresponses:\n  '200':\n    description: Hello");
        add("GET", "/lines", "summary: Lines\ndescription: |\n  One.\n\n\n  Two.\nresponses: {}\n");
        add("POST", "/lines", "summary: More\nresponses: {}\n");
        add("POST", "/hello", "");
        add("PUT", "/peers/{id}", "summary: Another method of a path that is described\n");
        const std::string text = server.start().get("/openapi.yaml").body;
        const std::string expected = "  /hello:\n"
                                     "    get:\n"
                                     "      summary: Hello\n"
                                     "      responses:\n"
                                     "        '200':\n"
                                     "          description: Hello\n"
                                     "    post:\n"
                                     "      summary: \"Says \\\"hello\\\"\"\n"
                                     "      responses:\n"
                                     "        default: {$ref: '#/components/responses/Error'}\n";
        CPPUNIT_ASSERT_MESSAGE(text, text.find(expected) != std::string::npos);
        const std::string lines = "  /lines:\n"
                                  "    get:\n"
                                  "      summary: Lines\n"
                                  "      description: |\n"
                                  "        One.\n"
                                  "\n\n"
                                  "        Two.\n"
                                  "      responses: {}\n"
                                  "    post:\n"
                                  "      summary: More\n";
        CPPUNIT_ASSERT_MESSAGE(text, text.find(lines) != std::string::npos);
        const auto all = described(text);
        for (const auto& operation : served(server.routes))
            CPPUNIT_ASSERT(all.contains(operation));
        CPPUNIT_ASSERT_EQUAL(served(server.routes).size(), all.size());
        // A path stands once in a YAML document.
        const std::string path = "\n  /peers/{id}:\n";
        CPPUNIT_ASSERT_EQUAL(text.find(path), text.rfind(path));
    }

    void isServedWithATag()
    {
        TestServer server;
        const auto answer = server.start().get("/openapi.yaml");
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("application/yaml"), answer.header("content-type"));
        CPPUNIT_ASSERT_EQUAL(std::string(ownDescription()), answer.body);
        CPPUNIT_ASSERT(answer.header("etag").size() > 2);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DescriptionTest);

} // namespace waymark::httpapi
