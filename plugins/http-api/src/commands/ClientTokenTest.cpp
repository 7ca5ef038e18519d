#include "commands/ClientToken.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark::httpapi
{

class ClientTokenTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ClientTokenTest);
    CPPUNIT_TEST(sendsTheFirstLine);
    CPPUNIT_TEST(optionGoesBeforeTheVariable);
    CPPUNIT_TEST(sendsNothingThatIsNoToken);
    CPPUNIT_TEST(takesNoSecretThatOthersMayRead);
    CPPUNIT_TEST(takesSecretsAsContainersMountThem);
    CPPUNIT_TEST(tellsAMissingFileFromOneThatCannotBeUsed);
    CPPUNIT_TEST(withoutAFileThereIsNoToken);
    CPPUNIT_TEST_SUITE_END();

    static std::string good() { return "waymark_" + std::string(42, 'A') + '-'; }

    static ClientToken named(const std::filesystem::path& file)
    {
        const auto line = plugin::CommandLine("test", "").takes(ClientToken::option());
        return ClientToken::of(line.parse({"--token-file", file.string()}).value());
    }
    std::filesystem::path file(const std::string& content, unsigned mode = 0600) const
    {
        const auto written = _folder.write("token", content);
        std::filesystem::permissions(written, std::filesystem::perms(mode));
        return written;
    }
    static void assertRefused(const ClientToken& token, const std::string& part)
    {
        const auto sent = token.authorization();
        CPPUNIT_ASSERT(!sent.has_value());
        CPPUNIT_ASSERT_MESSAGE(sent.error().message, sent.error().code == ErrorCode::permission);
        CPPUNIT_ASSERT_MESSAGE(sent.error().message, sent.error().message.find(part) != std::string::npos);
    }

    void sendsTheFirstLine()
    {
        for (const char* more : {"", "\n", "\r\n", "\nread sha256:00\n"}) {
            const auto sent = named(file(good() + more)).authorization();
            CPPUNIT_ASSERT(sent.has_value());
            CPPUNIT_ASSERT_EQUAL("Bearer " + good(), std::string(sent->view()));
        }
    }

    void optionGoesBeforeTheVariable()
    {
        ::setenv("WAYMARK_TOKEN_FILE", "/nonexistent", 1);
        const auto sent = named(file(good())).authorization();
        const auto other = ClientToken::of(plugin::CommandLine("test", "").parse({}).value()).authorization();
        ::unsetenv("WAYMARK_TOKEN_FILE");
        CPPUNIT_ASSERT(sent.has_value());
        CPPUNIT_ASSERT(!other.has_value());
        CPPUNIT_ASSERT_EQUAL(std::string("WAYMARK_TOKEN_FILE: /nonexistent cannot be opened: No such file or "
                                         "directory"),
                             other.error().message);
    }

    void sendsNothingThatIsNoToken()
    {
        const std::string key(64, '7');
        for (const std::string& content :
             {std::string(), std::string("\n"), key + '\n', "0x" + key, "read sha256:" + key, ' ' + good(),
              "waymark_" + std::string(43, '*'), '\n' + good(), std::string("a=b"), std::string("==")}) {
            const auto token = named(file(content));
            assertRefused(token, "nothing of it was sent");
            CPPUNIT_ASSERT(token.authorization().error().message.find(key) == std::string::npos);
        }
    }

    void takesNoSecretThatOthersMayRead()
    {
        assertRefused(named(file(good(), 0606)), "chmod 600");
        assertRefused(named(file(good(), 0644)), "others may read (mode 0644): chmod 600");
        assertRefused(named(file(good(), 0620)), "may be changed by others");
        assertRefused(named(_folder.path()), "is no regular file");
        constexpr uid_t user = 1000;
        const auto check = [](uid_t owner, mode_t mode) {
            return ClientToken::check("token", {owner, mode, false}, user).has_value();
        };
        CPPUNIT_ASSERT(check(user, 0600));
        CPPUNIT_ASSERT(check(user, 0400));
        CPPUNIT_ASSERT(!check(user, 0640));
        CPPUNIT_ASSERT(!check(user, 0604));
        CPPUNIT_ASSERT(!check(user + 1, 0600));
        CPPUNIT_ASSERT(check(0, 0640)); // root's, for a group
        CPPUNIT_ASSERT(!check(0, 0660));
        CPPUNIT_ASSERT(!check(0, 0644));
    }

    /// A volume of Kubernetes: read-only, root's, 0644 unless somebody says otherwise.
    void takesSecretsAsContainersMountThem()
    {
        constexpr uid_t user = 1000;
        for (const mode_t mode : {0644U, 0444U, 0640U, 0777U})
            CPPUNIT_ASSERT(ClientToken::check("token", {0, mode, true}, user).has_value());
        CPPUNIT_ASSERT(!ClientToken::check("token", {user + 1, 0644, true}, user).has_value());
    }

    void tellsAMissingFileFromOneThatCannotBeUsed()
    {
        const auto sent = named(_folder.path() / "missing").authorization();
        CPPUNIT_ASSERT(!sent.has_value());
        CPPUNIT_ASSERT(sent.error().code == ErrorCode::notFound);
        CPPUNIT_ASSERT_MESSAGE(sent.error().message, sent.error().message.starts_with("--token-file: "));
    }

    void withoutAFileThereIsNoToken()
    {
        ::unsetenv("WAYMARK_TOKEN_FILE");
        const auto none = ClientToken::of(plugin::CommandLine("test", "").parse({}).value());
        CPPUNIT_ASSERT(none.authorization().value().empty());
        CPPUNIT_ASSERT_EQUAL(std::string("name the file with the token with --token-file or in "
                                         "WAYMARK_TOKEN_FILE"),
                             none.advice());
    }

    testkit::TemporaryFolder _folder;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClientTokenTest);

} // namespace waymark::httpapi
