#include "base/Columns.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::text
{

class ColumnsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ColumnsTest);
    CPPUNIT_TEST(charactersTakeTheColumnsThatTerminalsGiveThem);
    CPPUNIT_TEST(whatIsCutFits);
    CPPUNIT_TEST_SUITE_END();

    void charactersTakeTheColumnsThatTerminalsGiveThem()
    {
        const auto assertColumns = [](std::size_t columns, const std::string& text) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(text, columns, columnsOf(text));
        };
        assertColumns(0, "");
        assertColumns(5, "hello");
        assertColumns(6, "h\u00e9llo\u2026");
        assertColumns(1, "\u00ad");             // soft hyphen
        assertColumns(1, "e\u0301");            // with an accent that combines
        assertColumns(4, "\u4f60\u597d");       // Chinese
        assertColumns(4, "\uff57\uff4d");       // wide Latin letters
        assertColumns(2, "\U0001f600");         // a face
        assertColumns(2, "\U00020000");         // Chinese beyond the first plane
        assertColumns(2, "\uac00");             // a Hangul syllable
        assertColumns(2, "\u1100\u1161\u11a8"); // the same in its parts
        assertColumns(2, "a\u200b\u200d\ufeff\u202eb");
        assertColumns(3, "\u0430\u05d0\u0627"); // Cyrillic, Hebrew, Arabic
        assertColumns(1, "\ufffd");
        assertColumns(1, "\u00df");
    }

    void whatIsCutFits()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("hello"), cut("hello", 5));
        CPPUNIT_ASSERT_EQUAL(std::string("hel\u2026"), cut("hello", 4));
        CPPUNIT_ASSERT_EQUAL(std::string("\u4f60\u597d"), cut("\u4f60\u597d", 4));
        CPPUNIT_ASSERT_EQUAL(std::string("\u4f60\u2026"), cut("\u4f60\u597d", 3));
        CPPUNIT_ASSERT_EQUAL(std::string("e\u0301\u2026"), cut("e\u0301bc", 2));
        const std::string mixed = "a\u4f60e\u0301\U0001f600\u200bz\u597dfinal";
        for (std::size_t columns = 1; columns <= columnsOf(mixed); ++columns) {
            const std::string shown = cut(mixed, columns);
            CPPUNIT_ASSERT(columnsOf(shown) <= columns);
            CPPUNIT_ASSERT((shown == mixed) == (columns == columnsOf(mixed)));
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ColumnsTest);

} // namespace waymark::text
