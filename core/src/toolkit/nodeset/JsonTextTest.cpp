#include "toolkit/nodeset/JsonText.h"

#include <cppunit/extensions/HelperMacros.h>

#include <iterator>
#include <sstream>

namespace waymark::toolkit::nodeset
{

class JsonTextTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(JsonTextTest);
    CPPUNIT_TEST(passesOnWhatFitsInto64Bits);
    CPPUNIT_TEST(halvesOtherNumbers);
    CPPUNIT_TEST(leavesStringsAlone);
    CPPUNIT_TEST(leavesWhatIsNoNumberToTheParser);
    CPPUNIT_TEST(readsAnySize);
    CPPUNIT_TEST_SUITE_END();

    static std::string through(const std::string& text)
    {
        std::istringstream in(text);
        JsonText json(in);
        std::istream guarded(&json);
        return {std::istreambuf_iterator<char>(guarded), {}};
    }
    static void assertKept(const std::string& text) { CPPUNIT_ASSERT_EQUAL(text, through(text)); }

    void passesOnWhatFitsInto64Bits()
    {
        for (const char* const text : {"", "0", "-1", "18446744073709551615", "-9223372036854775808", "[1,2]",
                                       "{\"a\":7}", "[true,false,null]", "[ 1 , -2 ]\n"})
            assertKept(text);
        CPPUNIT_ASSERT_EQUAL(std::string("[7]"), through("\xef\xbb\xbf[7]"));
    }

    void halvesOtherNumbers()
    {
        for (const std::string number :
             {"18446744073709551616", "-9223372036854775809", "1.5", "1e3", "-0.1E+9", "1e999", "0.0"})
            CPPUNIT_ASSERT_EQUAL("[" + std::string("0.5") + ",7]", through("[" + number + ",7]"));
        CPPUNIT_ASSERT_EQUAL(std::string("0.5"), through(std::string(5000, '9')));
    }

    void leavesStringsAlone()
    {
        for (const char* const text : {R"("1.5")", R"(["\"1.5","\\",1,"\\\"99999999999999999999"])",
                                       R"("99999999999999999999)", R"({"1e9":"-"})"})
            assertKept(text);
    }

    void leavesWhatIsNoNumberToTheParser()
    {
        for (const char* const text : {"[01]", "[1.]", "[.5]", "[1e]", "[-]", "[1e+]", "[1.2.3]", "[+1]",
                                       "[1-2]", "[00000000000000000000]"})
            assertKept(text);
    }

    void readsAnySize()
    {
        for (std::size_t size = 4090; size < 4100; ++size)
            assertKept("[\"" + std::string(size, 'x') + "\",12345,\"" + std::string(9000, '1') + "\"]");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonTextTest);

} // namespace waymark::toolkit::nodeset
