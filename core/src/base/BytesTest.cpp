#include <waymark/base/Bytes.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark
{

class BytesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BytesTest);
    CPPUNIT_TEST(hexRoundTripsWithAndWithoutPrefix);
    CPPUNIT_TEST(hexErrorNamesThePosition);
    CPPUNIT_TEST(hexOfAnotherLengthIsRefused);
    CPPUNIT_TEST(base64UrlMatchesRfc4648);
    CPPUNIT_TEST(base64UrlRefusesWhatIsNotCanonical);
    CPPUNIT_TEST(wipedTextLeavesNoTrace);
    CPPUNIT_TEST_SUITE_END();

    void hexRoundTripsWithAndWithoutPrefix()
    {
        const Bytes bytes{0x00, 0x7f, 0x80, 0xff};
        CPPUNIT_ASSERT_EQUAL(std::string("007f80ff"), toHex(bytes));
        CPPUNIT_ASSERT(fromHex("007f80ff").value() == bytes);
        CPPUNIT_ASSERT(fromHex("0x007F80Ff").value() == bytes);
        CPPUNIT_ASSERT(fromHex("").value().empty());
    }

    void hexErrorNamesThePosition()
    {
        const auto result = fromHex("0x00g0");
        CPPUNIT_ASSERT(!result);
        CPPUNIT_ASSERT(result.error().message.find("character 5") != std::string::npos);
    }

    void hexOfAnotherLengthIsRefused()
    {
        FixedBytes<2> out{};
        CPPUNIT_ASSERT(fromHex("abcd", out));
        CPPUNIT_ASSERT(!fromHex("abc", out));
        CPPUNIT_ASSERT(!fromHex("abcdef", out));
        CPPUNIT_ASSERT(!fromHex("abc"));
    }

    void base64UrlMatchesRfc4648()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("Zm9vYmE"), toBase64Url(asBytes("fooba")));
        CPPUNIT_ASSERT_EQUAL(std::string("-_8"), toBase64Url(Bytes{0xfb, 0xff}));
        for (const std::string_view text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
            CPPUNIT_ASSERT(
                std::ranges::equal(fromBase64Url(toBase64Url(asBytes(text))).value(), asBytes(text)));
    }

    void base64UrlRefusesWhatIsNotCanonical()
    {
        for (const std::string_view text : {"Zm8=", "Z", "+/8", "Zm 9v", "Zm9v\n", "Zm9vYmF=", "ZZ"})
            CPPUNIT_ASSERT_MESSAGE(std::string(text), !fromBase64Url(text));
    }

    void wipedTextLeavesNoTrace()
    {
        std::string secret(100, 's');
        const char* const memory = secret.data();
        secureWipe(secret);
        CPPUNIT_ASSERT(secret.empty());
        CPPUNIT_ASSERT_EQUAL('\0', memory[0]);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BytesTest);

} // namespace waymark
