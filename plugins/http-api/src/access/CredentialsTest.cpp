#include "access/Credentials.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

namespace waymark::httpapi
{

class CredentialsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CredentialsTest);
    CPPUNIT_TEST(bearerTokenIsTaken);
    CPPUNIT_TEST(otherSchemesAreNone);
    CPPUNIT_TEST(twoFieldsAreRefused);
    CPPUNIT_TEST_SUITE_END();

    const std::string _start = "GET / HTTP/1.1\r\nHost: a\r\n";

    /// The token in such a request; nothing when it has none.
    std::optional<std::string> tokenIn(const std::string& fields) const
    {
        const std::string text = _start + fields + "\r\n";
        const auto head = RequestHead::parse(text);
        const auto credentials = credentialsIn(*head);
        CPPUNIT_ASSERT(credentials.has_value());
        const auto* const token = std::get_if<BearerToken>(&*credentials);
        return token == nullptr ? std::nullopt : std::optional<std::string>(token->text);
    }

    void bearerTokenIsTaken()
    {
        for (const char* scheme : {"Bearer ", "bearer ", "BEARER   "})
            CPPUNIT_ASSERT(tokenIn("authorization: " + std::string(scheme) + "a.b_c~\r\n") == "a.b_c~");
        CPPUNIT_ASSERT(tokenIn("Authorization: Bearer\r\n") == "");
        CPPUNIT_ASSERT(tokenIn("Authorization: Bearer a b\r\n") == "a b");
    }

    void otherSchemesAreNone()
    {
        for (const char* value : {"", "Basic YTpi", "Bearerx", "a", "Digest Bearer x"})
            CPPUNIT_ASSERT(!tokenIn("Authorization: " + std::string(value) + "\r\n"));
        CPPUNIT_ASSERT(!tokenIn("X-Authorization: Bearer a\r\n"));
        CPPUNIT_ASSERT(!tokenIn(""));
    }

    void twoFieldsAreRefused()
    {
        for (const char* second : {"Bearer b", "Basic b", "Bearer a"}) {
            const std::string text =
                _start + "Authorization: Bearer a\r\nAUTHORIZATION: " + second + "\r\n\r\n";
            const auto credentials = credentialsIn(*RequestHead::parse(text));
            CPPUNIT_ASSERT(!credentials.has_value());
            CPPUNIT_ASSERT_EQUAL(400, credentials.error().status);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CredentialsTest);

} // namespace waymark::httpapi
