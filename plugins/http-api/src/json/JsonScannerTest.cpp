#include "json/JsonScanner.h"

#include "json/Utf8.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::httpapi
{

class JsonScannerTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(JsonScannerTest);
    CPPUNIT_TEST(takesTheSecretOut);
    CPPUNIT_TEST(decodesEscapes);
    CPPUNIT_TEST(overwritesWhatLooksLikeASecret);
    CPPUNIT_TEST(leavesEverythingElse);
    CPPUNIT_TEST(acceptsWhatJsonIs);
    CPPUNIT_TEST(refusesWhatJsonIsNot);
    CPPUNIT_TEST(everyPrefixOfAnObjectIsRefused);
    CPPUNIT_TEST(messagesSayWhereAndRepeatNothing);
    CPPUNIT_TEST(quotesAnyBytes);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* key = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";

    static std::string scanned(std::string text)
    {
        CPPUNIT_ASSERT_MESSAGE(text, scanJson(text));
        return text;
    }
    static int status(std::string text)
    {
        const auto result = scanJson(text);
        return result ? 200 : result.error().status;
    }

    void takesTheSecretOut()
    {
        std::string text = R"( {"ip":"10.0.0.1","secret_key":"0x)" + std::string(key) + R"(" } )";
        const auto found = scanJson(text);
        CPPUNIT_ASSERT(found->isObject && found->hasSecret && found->secretIsText);
        CPPUNIT_ASSERT_EQUAL("0x" + std::string(key), std::string(found->secret.view()));
        CPPUNIT_ASSERT_EQUAL(R"( {"ip":"10.0.0.1","secret_key":")" + std::string(66, '*') + R"(" } )", text);
        CPPUNIT_ASSERT((found->keys == std::vector<std::string>{"ip", "secret_key"}));
    }

    void decodesEscapes()
    {
        std::string text = R"({"\u0073ecret\u005Fkey":"\u0061b\/\"\n\u00e9\ud83d\ude00\u20ac"})";
        const auto found = scanJson(text);
        CPPUNIT_ASSERT_EQUAL(std::string("ab/\"\n\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac"),
                             std::string(found->secret.view()));
        CPPUNIT_ASSERT(text.ends_with("**\"}"));
    }

    void overwritesWhatLooksLikeASecret()
    {
        const std::string secret = key;
        for (const std::string& text : std::vector<std::string>{
                 R"({"secretkey":")" + secret + "\"}", R"({"a":{"secret_key":"short"}})",
                 R"({"secret_key":[")" + secret + R"("]})", '"' + secret + '"',
                 R"({"x":"0X)" + secret + "\"}", R"({"x":"  )" + secret + "\"}",
                 R"({"enode":"enode://)" + secret + R"(@10.0.0.1:30303"})",
                 R"({"x":{"y":[[")" + secret + R"("]]}})", R"({"x":{")" + secret + R"(":1}})",
                 R"({"x":"\u0034)" + secret.substr(1) + "\"}"}) {
            const std::string after = scanned(text);
            CPPUNIT_ASSERT_EQUAL(text.size(), after.size());
            CPPUNIT_ASSERT(after.find("***") != std::string::npos);
            CPPUNIT_ASSERT(after.find(secret.substr(1)) == std::string::npos &&
                           after.find("short") == std::string::npos);
        }
        CPPUNIT_ASSERT_EQUAL(400, status("{\"" + secret + "\":1}"));
    }

    void leavesEverythingElse()
    {
        const std::string text = R"({"id":"0x)" + std::string(128, 'a') + R"(","labels":{"short":")" +
                                 std::string(63, 'a') + R"(","long":")" + std::string(65, 'a') +
                                 R"("},"n":[1,-2.5e3],"enode":"enode://)" + std::string(128, 'b') +
                                 R"(@10.0.0.1:30303","enr":"enr:-IS4)" + std::string(90, 'Q') + "\"}";
        CPPUNIT_ASSERT_EQUAL(text, scanned(text));
    }

    void acceptsWhatJsonIs()
    {
        for (const char* text : {"0", "-0", "1e5", "1E+5", "-1.5e-5", "[]", "[[],{}]", "{}", " null ", "true",
                                 "false", "\"\"", "\"\xf0\x9f\x98\x80\"", "{\"\":0}", "\t\r\n[1 , 2]"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 200, status(text));
    }

    void refusesWhatJsonIsNot()
    {
        for (const char* text : {"",
                                 " ",
                                 "nul",
                                 "nulll",
                                 "True",
                                 "01",
                                 "-",
                                 "+1",
                                 "1.",
                                 ".1",
                                 "1e",
                                 "[",
                                 "]",
                                 "[1,]",
                                 "[,1]",
                                 "[1 2]",
                                 "{",
                                 "{a:1}",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{\"a\":1,}",
                                 "{\"a\":1 \"b\":2}",
                                 "{\"a\":1,\"a\":2}",
                                 "\"",
                                 "\"\\\"",
                                 "\"\\x\"",
                                 "\"\\u12\"",
                                 "\"\\ud800\"",
                                 "\"\\udc00\"",
                                 "\"\\ud800\\u0061\"",
                                 "\"\t\"",
                                 "\"\xff\"",
                                 "\"\xc0\x80\"",
                                 "\"\xed\xa0\x80\"",
                                 "'a'",
                                 "//\n1",
                                 "1 1",
                                 "NaN",
                                 "-Infinity"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 400, status(text));
        CPPUNIT_ASSERT_EQUAL(400, status(std::string("1\0", 2)));
        CPPUNIT_ASSERT_EQUAL(400, status(std::string(17, '[') + std::string(17, ']')));
        CPPUNIT_ASSERT_EQUAL(200, status(std::string(16, '[') + std::string(16, ']')));
        CPPUNIT_ASSERT_EQUAL(400, status("{\"" + std::string(65, 'k') + "\":1}"));
    }

    void everyPrefixOfAnObjectIsRefused()
    {
        const std::string whole =
            R"({"secret_key":"\u0061b","n":-1.5e3,"a":[true,null,{"x":"\ud83d\ude00"}]})";
        CPPUNIT_ASSERT_EQUAL(200, status(whole));
        for (std::size_t length = 0; length < whole.size(); ++length)
            CPPUNIT_ASSERT_EQUAL(400, status(whole.substr(0, length)));
    }

    void messagesSayWhereAndRepeatNothing()
    {
        std::string text = R"({"secret_key":"hush",})";
        const auto result = scanJson(text);
        CPPUNIT_ASSERT(result.error().message.find("byte 21 ") != std::string::npos);
        CPPUNIT_ASSERT(result.error().message.find("hush") == std::string::npos);
    }

    void quotesAnyBytes()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("\"a\\\"\\\\\\n\xef\xbf\xbd\xc3\xa9\""),
                             jsonQuoted("a\"\\\n\xff\xc3\xa9"));
        std::string text = jsonQuoted(std::string("\0\x01\x1f\x7f", 4));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 200, status(text));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonScannerTest);

} // namespace waymark::httpapi
