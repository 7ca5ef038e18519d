#include "stores/PortableTimes.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>

namespace waymark::toolkit::stores
{

class PortableTimesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PortableTimesTest);
    CPPUNIT_TEST(timesAreOfRfc3339);
    CPPUNIT_TEST(everyNanosecondComesBack);
    CPPUNIT_TEST(fractionsMayBeShort);
    CPPUNIT_TEST(whatIsNoTimeIsRefused);
    CPPUNIT_TEST(secondsComeBack);
    CPPUNIT_TEST(whatIsNoNumberOfSecondsIsRefused);
    CPPUNIT_TEST_SUITE_END();

    static WallTime at(std::int64_t nanoseconds) { return WallTime(Duration(nanoseconds)); }

    void timesAreOfRfc3339()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("1970-01-01T00:00:00.000000000Z"), encodeTime(at(0)));
        CPPUNIT_ASSERT_EQUAL(std::string("2026-09-21T14:13:20.000000007Z"),
                             encodeTime(at(1'790'000'000'000'000'007)));
    }

    void everyNanosecondComesBack()
    {
        for (const std::int64_t time :
             {std::int64_t{0}, std::int64_t{1},
              std::int64_t{951'782'399'999'999'999}, // 2000-02-28, a leap year
              std::int64_t{951'868'799'000'000'001}, std::int64_t{9'180'000'000'000'000'000}})
            CPPUNIT_ASSERT(decodeTime(encodeTime(at(time))) == at(time));
    }

    void fractionsMayBeShort()
    {
        CPPUNIT_ASSERT(decodeTime("1970-01-01T00:00:01Z") == at(1'000'000'000));
        CPPUNIT_ASSERT(decodeTime("1970-01-01T00:00:01.5Z") == at(1'500'000'000));
    }

    void whatIsNoTimeIsRefused()
    {
        for (const char* const text :
             {"", "Z", "1970-01-01", "1970-01-01T00:00:01", "1970-01-01T00:00:01+00:00",
              "1970-01-01 00:00:01Z", "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "2026-02-29T00:00:00Z",
              "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
              "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00.-1Z",
              "2026-01-01T00:00:00xZ"})
            CPPUNIT_ASSERT_MESSAGE(text, !decodeTime(text));
    }

    void secondsComeBack()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("60.000000001"), encodeSeconds(Duration(60'000'000'001)));
        for (const std::int64_t duration :
             {std::int64_t{0}, std::int64_t{1}, std::int64_t{316'224'000'000'000'001}})
            CPPUNIT_ASSERT(decodeSeconds(encodeSeconds(Duration(duration))) == Duration(duration));
        CPPUNIT_ASSERT(decodeSeconds("60") == Duration(std::chrono::seconds(60)));
        CPPUNIT_ASSERT(decodeSeconds("0.5") == Duration(std::chrono::milliseconds(500)));
    }

    void whatIsNoNumberOfSecondsIsRefused()
    {
        for (const char* const text :
             {"", ".", "60.", ".5", "-1", "+1", "1e3", "60s", "9223372036.0x", "99999999999", "1.1234567890"})
            CPPUNIT_ASSERT_MESSAGE(text, !decodeSeconds(text));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PortableTimesTest);

} // namespace waymark::toolkit::stores
