#include <waymark/toolkit/Cell.h>

#include <cppunit/extensions/HelperMacros.h>

#include <limits>
#include <string>
#include <vector>

namespace waymark::toolkit
{

class CellTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CellTest);
    CPPUNIT_TEST(valuesAreTypedInJson);
    CPPUNIT_TEST(nothingIsNull);
    CPPUNIT_TEST(numbersAreRounded);
    CPPUNIT_TEST(listsAndObjectsNest);
    CPPUNIT_TEST(peopleMayReadAnotherText);
    CPPUNIT_TEST(strangersMoveNoTerminal);
    CPPUNIT_TEST_SUITE_END();

    static void assertCell(const std::string& json, const std::string& shown, const Cell& cell)
    {
        CPPUNIT_ASSERT_EQUAL(json, cell.json());
        CPPUNIT_ASSERT_EQUAL(shown, cell.shown());
    }

    void valuesAreTypedInJson()
    {
        assertCell("\"a \\\"b\\\"\"", "a \"b\"", Cell("a \"b\""));
        assertCell("true", "yes", Cell(true));
        assertCell("false", "no", Cell(false));
        assertCell("-3", "-3", Cell(-3));
        assertCell("18446744073709551615", "18446744073709551615",
                   Cell(std::numeric_limits<std::uint64_t>::max()));
    }

    void nothingIsNull()
    {
        assertCell("null", "-", Cell());
        assertCell("null", "-", Cell(std::optional<std::string>()));
        assertCell("7", "7", Cell(std::optional<int>(7)));
        assertCell("\"\"", "-", Cell(""));
        assertCell("[]", "-", Cell::list(std::vector<Cell>()));
        assertCell("{}", "-", Cell::object({}));
    }

    void numbersAreRounded()
    {
        assertCell("0.235", "0.235", Cell::number(0.23456, 3));
        assertCell("-2", "-2", Cell::number(-2.4, 0));
        assertCell("null", "-", Cell::number(std::numeric_limits<double>::quiet_NaN(), 3));
        assertCell("null", "-", Cell::number(std::numeric_limits<double>::infinity(), 3));
        CPPUNIT_ASSERT_EQUAL(std::size_t{309 + 18},
                             Cell::number(std::numeric_limits<double>::max(), 17).json().size());
    }

    void listsAndObjectsNest()
    {
        assertCell(R"(["a",1,null])", "a, 1, -", Cell::list({Cell("a"), Cell(1), Cell()}));
        assertCell(R"(["a","b"])", "a, b", Cell::list(std::vector<std::string>{"a", "b"}));
        assertCell(R"({"x":[1],"y":{"z":true}})", "x=1 y=z=yes",
                   Cell::object({{"x", Cell::list({Cell(1)})}, {"y", Cell::object({{"z", Cell(true)}})}}));
    }

    void peopleMayReadAnotherText()
    {
        assertCell("0.231", "0.231 ms", Cell::number(0.231, 3).shownAs("0.231 ms"));
        assertCell("1", "-", Cell(1).shownAs(""));
    }

    void strangersMoveNoTerminal()
    {
        assertCell("\"a\\n\\u001B[2Jb\\u007F\"", "a??[2Jb?", Cell("a\n\x1b[2Jb\x7f"));
        // U+009B begins a sequence as ESC [ does; U+00A0 and above are letters.
        CPPUNIT_ASSERT_EQUAL(std::string("?2J\u00fc"), Cell("\u009b2J\u00fc").shown());
        CPPUNIT_ASSERT_EQUAL(std::string("a\ufffd"), Cell("a\xff").shown());
        CPPUNIT_ASSERT_EQUAL(std::string("a\ufffd"), Cell("a\xc2").shown());
        // What turns the direction of all that follows, or breaks a line.
        assertCell("\"a\\u202Eb\\u2066\\u200F\\u061C\\u2028\"", "a?b????",
                   Cell("a\u202eb\u2066\u200f\u061c\u2028"));
        CPPUNIT_ASSERT_EQUAL(std::string("\u200d\u2027\u202f\u2065\u206a\u05d0"),
                             Cell("\u200d\u2027\u202f\u2065\u206a\u05d0").shown());
        CPPUNIT_ASSERT_EQUAL(std::string("?=-"), Cell::object({{"\x1b", Cell()}}).shown());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CellTest);

} // namespace waymark::toolkit
