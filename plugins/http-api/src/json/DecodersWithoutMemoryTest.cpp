#include "json/JsonScanner.h"
#include "json/RegistrationRequest.h"

#include <waymark/node/Enr.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/testkit/fault/FailingMemory.h>

#include <Poco/Environment.h>
#include <cppunit/extensions/HelperMacros.h>

#include <iostream>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// Bodies of requests, with each allocation that reading them takes failing.
class DecodersWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DecodersWithoutMemoryTest);
    CPPUNIT_TEST(bodiesSurvive);
    CPPUNIT_TEST(brokenBodiesSurvive);
    CPPUNIT_TEST_SUITE_END();

    /// From 1.12 on Poco's own JSON parser crashes when an allocation fails while it fills an object
    /// (Poco::Placeholder::destruct reads what was never made). With those only the scanner is looked at.
    static bool parserSurvives()
    {
        constexpr Poco::UInt32 firstThatCrashes = 0x010C0000;
        static const bool survives = [] {
            const bool good = Poco::Environment::libraryVersion() < firstThatCrashes;
            if (!good)
                std::cerr << "Poco's JSON parser does not survive a failed allocation: left out\n";
            return good;
        }();
        return survives;
    }

    static void assertSurvives(const std::string& body)
    {
        CPPUNIT_ASSERT(testkit::fault::failEachAllocation([&] {
                           std::string text = body;
                           scanJson(text);
                       }) >= 2);
        if (!parserSurvives())
            return;
        CPPUNIT_ASSERT(testkit::fault::failEachAllocation([&] { readRegistration(body, true); },
                                                          testkit::fault::Leaks::inLibraries) >= 2);
    }

    void bodiesSurvive()
    {
        const std::string key(64, '1');
        const std::string id = testkit::testKey(1).publicKey().hex();
        assertSurvives(R"({"secret_key": ")" + key + R"(", "ip": "127.0.0.1", "port": 30303})");
        assertSurvives(R"({"enode": "enode://)" + id + R"(@127.0.0.1:30303"})");
        assertSurvives(R"({"id": ")" + id + R"(", "ip": "127.0.0.1", "tcp_port": 30303})");
        assertSurvives(R"({"enr": ")" +
                       node::EnrBuilder().seq(7).sign(testkit::testKey(1)).value().toString() +
                       R"(", "ip": "127.0.0.1"})");
    }

    void brokenBodiesSurvive()
    {
        for (const char* body :
             {"", "{", "[]", "null", R"({"a": {"b": [1, 2, {"c": "\ud83d\ude00"}]}})", R"({"id": 7})",
              R"({"enode": "enode://nothing that could be a url at all, and long enough to allocate"})",
              R"({"enr": "enr:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})",
              R"({"id": "00", "secret_key": "11"})", R"({"ip": "1", "ip": "2"})"})
            assertSurvives(body);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DecodersWithoutMemoryTest);

} // namespace waymark::httpapi
