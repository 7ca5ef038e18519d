#include "host/config/PropertiesParser.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::host
{

class PropertiesParserTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PropertiesParserTest);
    CPPUNIT_TEST(readsKeysValuesAndComments);
    CPPUNIT_TEST(backslashesStandForThemselvesButAtLineEnds);
    CPPUNIT_TEST(duplicateNamesBothLines);
    CPPUNIT_TEST(trailingCommentIsRefused);
    CPPUNIT_TEST(hashesWithinValuesAreValues);
    CPPUNIT_TEST(brokenLinesAreNamed);
    CPPUNIT_TEST(unusableFilesAreRefusedAsAWhole);
    CPPUNIT_TEST(everyPrefixOfAFileIsReadWithoutHarm);
    CPPUNIT_TEST_SUITE_END();

    static void expectValue(const char* text, const char* key, const char* value)
    {
        const auto parsed = parseProperties(text, "f");
        CPPUNIT_ASSERT_MESSAGE(text, parsed.problems.empty());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, parsed.entries.size());
        CPPUNIT_ASSERT_EQUAL(std::string(key), parsed.entries[0].key);
        CPPUNIT_ASSERT_EQUAL(std::string(value), parsed.entries[0].value);
    }

    static std::string problemOf(std::string_view text)
    {
        const auto parsed = parseProperties(text, "f");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(text), std::size_t{1}, parsed.problems.size());
        return parsed.problems[0].toString();
    }

    void readsKeysValuesAndComments()
    {
        expectValue("# first\n! second\n\n  a.b = c d \r\n", "a.b", "c d");
        expectValue("a:b", "a", "b");
        expectValue("a=b=c:d", "a", "b=c:d");
        expectValue("a =", "a", "");
        expectValue("listen: [::1]:80", "listen", "[::1]:80");
        CPPUNIT_ASSERT(parseProperties("", "f").entries.empty());
    }

    void backslashesStandForThemselvesButAtLineEnds()
    {
        expectValue("a = C:\\new\\t", "a", "C:\\new\\t");
        expectValue("a = b, \\\n    c, \\\r\n d", "a", "b, c, d");
        expectValue("# not continued \\\na = b", "a", "b");
        CPPUNIT_ASSERT_EQUAL(2U, parseProperties("\na = b\\\nc\n", "f").entries[0].line);
    }

    void duplicateNamesBothLines()
    {
        const std::string problem = problemOf("a = 1\nb = 2\na = 1\n");
        CPPUNIT_ASSERT_EQUAL(
            std::string("f:3: a: stands here a second time, first in line 1; remove one of them"), problem);
    }

    void trailingCommentIsRefused()
    {
        for (const char* text : {"a = 1 # one", "a = 1\t#one", "a = # one", "a = #"})
            CPPUNIT_ASSERT_MESSAGE(text, problemOf(text).find("f:1: a: a comment cannot") == 0);
    }

    void hashesWithinValuesAreValues()
    {
        expectValue("color = #fff", "color", "#fff");
        expectValue("url = http://h/#part", "url", "http://h/#part");
    }

    void brokenLinesAreNamed()
    {
        CPPUNIT_ASSERT(problemOf("\nwaymark.plugins\n").find("f:2: ") == 0);
        CPPUNIT_ASSERT(problemOf(" = x").find("the key before") != std::string::npos);
        CPPUNIT_ASSERT(problemOf("a b = x").find("no blanks") != std::string::npos);
        CPPUNIT_ASSERT(problemOf("a = x\\").find("ends after") != std::string::npos);
    }

    void unusableFilesAreRefusedAsAWhole()
    {
        CPPUNIT_ASSERT(problemOf("\xef\xbb\xbf"
                                 "a = b")
                           .find("byte order mark") != std::string::npos);
        CPPUNIT_ASSERT(problemOf("a = \xff").find("UTF-8") != std::string::npos);
        CPPUNIT_ASSERT(problemOf(std::string_view("a = \0b", 6)).find("control") != std::string::npos);
        CPPUNIT_ASSERT(problemOf("a = b\rc = d\r").find("carriage returns") != std::string::npos);
        CPPUNIT_ASSERT(problemOf(std::string((1 << 20) + 1, '#')).find("1 MiB") != std::string::npos);
    }

    void everyPrefixOfAFileIsReadWithoutHarm()
    {
        const std::string text = "# c\r\na = b \\\n  \xc3\xa9\nkey:value\n!\nx=${y}\\";
        for (std::size_t size = 0; size <= text.size(); ++size) {
            const auto parsed = parseProperties(std::string_view(text).substr(0, size), "f");
            CPPUNIT_ASSERT(parsed.entries.size() + parsed.problems.size() <= 3);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PropertiesParserTest);

} // namespace waymark::host
