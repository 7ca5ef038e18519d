#include "base/Secret.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::text
{

class SecretTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SecretTest);
    CPPUNIT_TEST(whatMayBeAKeyIsNotQuoted);
    CPPUNIT_TEST(aKeyWithinATextIsHidden);
    CPPUNIT_TEST(otherTextsStay);
    CPPUNIT_TEST_SUITE_END();

    const std::string _digits = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";

    void whatMayBeAKeyIsNotQuoted()
    {
        std::string upper = _digits;
        for (char& letter : upper)
            letter = letter >= 'a' ? static_cast<char>(letter - 'a' + 'A') : letter;
        std::string spaced;
        for (std::size_t i = 0; i < _digits.size(); i += 4)
            spaced += _digits.substr(i, 4) + (i % 16 == 0 ? " " : "\t\r\n");
        std::string mistyped = _digits;
        mistyped[7] = 'O';
        for (const std::string& key :
             {_digits, upper, "0x" + _digits, "0X" + upper, "  " + _digits + "\r\n", spaced, "0x " + _digits,
              _digits.substr(1), _digits + "00", mistyped, "key=" + _digits, '"' + _digits + "\" # mine",
              std::string(100, '.') + ' ' + _digits}) {
            CPPUNIT_ASSERT_MESSAGE(key, mayBeKey(key));
            CPPUNIT_ASSERT_EQUAL(std::string(looksLikeKey), quoted(key));
        }
    }

    void aKeyWithinATextIsHidden()
    {
        CPPUNIT_ASSERT_EQUAL("key=" + std::string(64, '*') + ';', withoutKeys("key=" + _digits + ';'));
        CPPUNIT_ASSERT_EQUAL(std::string("**** ") + std::string(60, '*'),
                             withoutKeys(_digits.substr(0, 4) + ' ' + _digits.substr(4)));
    }

    void otherTextsStay()
    {
        for (const std::string& text :
             {std::string(), std::string("hello"), _digits.substr(0, 40),
              "enode://" + _digits + _digits + "@1",
              std::string(
                  "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R3"
                  "3Ls8RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0x"
                  "OIN1ZHCCdl8")}) {
            CPPUNIT_ASSERT_MESSAGE(text, !mayBeKey(text));
            CPPUNIT_ASSERT_EQUAL(text, withoutKeys(text));
        }
        CPPUNIT_ASSERT_EQUAL(std::string("'a?b'"), quoted("a\nb"));
        CPPUNIT_ASSERT_EQUAL('\'' + std::string(80, '-') + "...'", quoted(std::string(81, '-')));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SecretTest);

} // namespace waymark::text
