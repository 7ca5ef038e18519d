#include "access/CrossOrigin.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <vector>

namespace waymark::httpapi
{

class CrossOriginTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CrossOriginTest);
    CPPUNIT_TEST(nothingIsSaidUnlessConfigured);
    CPPUNIT_TEST(configuredOriginsMayRead);
    CPPUNIT_TEST(allMayReadWithAStar);
    CPPUNIT_TEST(preflightIsAnsweredForGetOnly);
    CPPUNIT_TEST(originsAreChecked);
    CPPUNIT_TEST_SUITE_END();

    std::string _text;

    RequestHead head(const std::string& method, const std::string& origin, const std::string& fields = "")
    {
        _text = method + " /peers HTTP/1.1\r\nHost: a\r\n" +
                (origin.empty() ? "" : "Origin: " + origin + "\r\n") + fields + "\r\n";
        return RequestHead::parse(_text).value();
    }

    void nothingIsSaidUnlessConfigured()
    {
        CPPUNIT_ASSERT(CrossOrigin().headersFor(head("GET", "https://a.example")).empty());
        const auto asks = head("OPTIONS", "https://a.example", "Access-Control-Request-Method: GET\r\n");
        CPPUNIT_ASSERT(!CrossOrigin().preflight(asks, {"GET"}));
    }

    void configuredOriginsMayRead()
    {
        const CrossOrigin origins({"https://a.example", "http://b.example:8000"});
        for (const char* origin : {"https://a.example", "http://b.example:8000"}) {
            const auto headers = origins.headersFor(head("GET", origin));
            CPPUNIT_ASSERT_EQUAL(std::string(origin), headers.at("Access-Control-Allow-Origin"));
            CPPUNIT_ASSERT_EQUAL(std::string("Origin"), headers.at("Vary"));
            const std::string& readable = headers.at("Access-Control-Expose-Headers");
            for (const char* name : {"ETag", "Link", "Waymark-Revision", "Signature-Input"})
                CPPUNIT_ASSERT_MESSAGE(name, readable.find(name) != std::string::npos);
        }
        for (const char* origin : {"", "null", "http://a.example", "https://a.example:8000",
                                   "https://A.example", "https://a.example.evil.example"}) {
            const auto headers = origins.headersFor(head("GET", origin));
            CPPUNIT_ASSERT(!headers.contains("Access-Control-Allow-Origin"));
            CPPUNIT_ASSERT_EQUAL(std::string("Origin"), headers.at("Vary"));
        }
        CPPUNIT_ASSERT(origins.headersFor(head("POST", "https://a.example")).empty());
        CPPUNIT_ASSERT(origins.headersFor(head("DELETE", "https://a.example")).empty());
    }

    void allMayReadWithAStar()
    {
        const CrossOrigin origins({"*"});
        const auto headers = origins.headersFor(head("GET", "https://a.example"));
        CPPUNIT_ASSERT_EQUAL(std::string("*"), headers.at("Access-Control-Allow-Origin"));
        CPPUNIT_ASSERT(!headers.contains("Vary"));
        CPPUNIT_ASSERT(!headers.contains("Access-Control-Allow-Credentials"));
        CPPUNIT_ASSERT(origins.headersFor(head("GET", "")).empty());
    }

    void preflightIsAnsweredForGetOnly()
    {
        const CrossOrigin origins({"https://a.example"});
        const std::vector<std::string> methods{"DELETE", "GET", "HEAD"};
        const auto ask = [&](const std::string& method, const std::string& origin,
                             const std::string& wanted) {
            return origins.preflight(
                head(method, origin, "Access-Control-Request-Method: " + wanted + "\r\n"), methods);
        };
        const auto answer = ask("OPTIONS", "https://a.example", "GET");
        CPPUNIT_ASSERT(answer.has_value());
        CPPUNIT_ASSERT_EQUAL(200, answer->status());
        CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD"), answer->headers().at("Access-Control-Allow-Methods"));
        CPPUNIT_ASSERT(!ask("OPTIONS", "https://a.example", "DELETE"));
        CPPUNIT_ASSERT(!ask("OPTIONS", "https://b.example", "GET"));
        CPPUNIT_ASSERT(!ask("OPTIONS", "", "GET"));
        CPPUNIT_ASSERT(!ask("GET", "https://a.example", "GET"));
        const auto noGet = head("OPTIONS", "https://a.example", "Access-Control-Request-Method: GET\r\n");
        CPPUNIT_ASSERT(!origins.preflight(noGet, {"POST"}));
        CPPUNIT_ASSERT(!origins.preflight(noGet, {}));
        CPPUNIT_ASSERT(!origins.preflight(head("OPTIONS", "https://a.example"), methods));
    }

    void originsAreChecked()
    {
        for (const char* good : {"*", "https://a.example", "http://127.0.0.1:8000", "http://[::1]:8000"})
            CPPUNIT_ASSERT_MESSAGE(good, CrossOrigin::check(good).has_value());
        for (const char* bad : {"", "a.example", "https://", "https://a.example/", "https://A.example",
                                "ftp://a.example", "https://*.example", "null"})
            CPPUNIT_ASSERT_MESSAGE(bad, !CrossOrigin::check(bad).has_value());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CrossOriginTest);

} // namespace waymark::httpapi
