#include <waymark/toolkit/Pointer.h>

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::toolkit
{

class PointerTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PointerTest);
    CPPUNIT_TEST(pointsAtAPart);
    CPPUNIT_TEST(pointsBehindTheTextWhereSomethingIsMissing);
    CPPUNIT_TEST(showsWhatIsAroundThePartOfALongText);
    CPPUNIT_TEST(passesNothingOnThatATerminalObeys);
    CPPUNIT_TEST_SUITE_END();

    void pointsAtAPart()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("  one two three\n      ^~~\n"), pointAt("one two three", 4, 3, 80));
    }

    void pointsBehindTheTextWhereSomethingIsMissing()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("  one\n     ^\n"), pointAt("one", 3, 0, 80));
        CPPUNIT_ASSERT_EQUAL(std::string("  one\n     ^\n"), pointAt("one", 99, 9, 80));
        CPPUNIT_ASSERT_EQUAL(std::string("  \n  ^\n"), pointAt("", 0, 0, 80));
    }

    void showsWhatIsAroundThePartOfALongText()
    {
        std::string text(500, 'a');
        for (std::size_t at = 0; at < text.size(); ++at) {
            text[at] = 'X';
            const std::string lines = pointAt(text, at, 1, 60);
            const auto end = lines.find('\n');
            CPPUNIT_ASSERT(end <= 60 && lines.size() <= 2 * 61);
            const auto caret = lines.find('^') - end - 1;
            // At the edge it is the dots that stand there.
            if (lines.find('X') != std::string::npos)
                CPPUNIT_ASSERT_EQUAL(lines.find('X'), caret);
            else
                CPPUNIT_ASSERT_EQUAL('.', lines.at(caret));
            text[at] = 'a';
        }
        CPPUNIT_ASSERT(pointAt(text, 10, 490, 60).find("~\n") != std::string::npos);
    }

    void passesNothingOnThatATerminalObeys()
    {
        const std::string lines = pointAt("a\x1b[31m\n\xc2\x9b", 1, 1, 80);
        CPPUNIT_ASSERT_EQUAL(std::string("  a?[31m???\n   ^\n"), lines);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PointerTest);

} // namespace waymark::toolkit
