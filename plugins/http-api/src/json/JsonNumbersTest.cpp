#include "json/JsonNumbers.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::httpapi
{

class JsonNumbersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(JsonNumbersTest);
    CPPUNIT_TEST(numbersThatFitAreNothing);
    CPPUNIT_TEST(firstThatDoesNotFitIsTold);
    CPPUNIT_TEST_SUITE_END();

    void numbersThatFitAreNothing()
    {
        for (const char* text :
             {"", "{}", "0", "-1", "[18446744073709551615,-9223372036854775808]", "{\"a\":1.5e300}", "1e3",
              "\"18446744073709551616\"", R"({"\"18446744073709551616":1})", "\"\\", "\"open", "-", "[-]"})
            CPPUNIT_ASSERT_MESSAGE(text, !unfitNumber(text));
    }

    void firstThatDoesNotFitIsTold()
    {
        using Case = std::pair<const char*, const char*>;
        for (const auto& [text, number] :
             {Case{"18446744073709551616", "18446744073709551616"},
              Case{R"({"a\\":"1","ttl":18446744073709551616,"b":1e999})", "18446744073709551616"},
              Case{"[1,-9223372036854775809]", "-9223372036854775809"}, Case{"[[1e400]]", "1e400"},
              Case{R"(["\\\\",99999999999999999999999])", "99999999999999999999999"}})
            CPPUNIT_ASSERT_EQUAL(std::string(number), std::string(unfitNumber(text).value_or("none")));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonNumbersTest);

} // namespace waymark::httpapi
