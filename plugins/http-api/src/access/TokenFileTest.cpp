#include "access/TokenFile.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::httpapi
{

class TokenFileTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TokenFileTest);
    CPPUNIT_TEST(findsWhatItHasAndNothingElse);
    CPPUNIT_TEST(commentsAndEmptyLinesSayNothing);
    CPPUNIT_TEST(errorsNameFileAndLine);
    CPPUNIT_TEST(sameTokenTwiceIsRefused);
    CPPUNIT_TEST(fileThatOthersMayWriteIsRefused);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;

    static std::string line(const std::string& role, const std::string& token)
    {
        return role + " sha256:" + toHex(digestOf(token)) + '\n';
    }

    std::filesystem::path write(const std::string& content, unsigned mode = 0600) const
    {
        auto file = _folder.write("tokens", content);
        std::filesystem::permissions(file, std::filesystem::perms(mode));
        return file;
    }

    void findsWhatItHasAndNothingElse()
    {
        const auto tokens = parseTokens(line("read", "one") + line("admin", "two") + line("read", "three"));
        CPPUNIT_ASSERT(tokens.has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, tokens->size());
        CPPUNIT_ASSERT(tokens->find("one")->role == http::Role::reader);
        CPPUNIT_ASSERT(tokens->find("two")->role == http::Role::admin);
        for (const char* other : {"", "on", "one ", "One", "four"})
            CPPUNIT_ASSERT(tokens->find(other) == nullptr);
        CPPUNIT_ASSERT(TokenSet().find("") == nullptr);
    }

    void commentsAndEmptyLinesSayNothing()
    {
        const auto tokens = parseTokens("# tokens\r\n\n \t\n  # more\n" + line("read", "one") + "#");
        CPPUNIT_ASSERT(tokens.has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, tokens->size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, parseTokens("")->size());
    }

    void errorsNameFileAndLine()
    {
        const auto file = write("# mine\n" + line("read", "one") + "waymark_secret\n");
        const auto tokens = readTokenFile(file);
        CPPUNIT_ASSERT(!tokens.has_value());
        CPPUNIT_ASSERT_EQUAL(file.string() + ": line 3: a token's role is read, register or admin",
                             tokens.error().message);
    }

    void sameTokenTwiceIsRefused()
    {
        const auto tokens = parseTokens(line("read", "one") + line("read", "two") + line("admin", "one"));
        CPPUNIT_ASSERT(!tokens.has_value());
        CPPUNIT_ASSERT_EQUAL(std::string("line 3: the same token stands on line 1"), tokens.error().message);
    }

    void fileThatOthersMayWriteIsRefused()
    {
        CPPUNIT_ASSERT(readTokenFile(write(line("read", "one"), 0644)).has_value());
        const auto tokens = readTokenFile(write(line("read", "one"), 0620));
        CPPUNIT_ASSERT(!tokens.has_value());
        CPPUNIT_ASSERT(tokens.error().code == ErrorCode::permission);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TokenFileTest);

} // namespace waymark::httpapi
