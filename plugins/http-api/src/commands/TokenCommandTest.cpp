#include "commands/TokenCommand.h"

#include "access/TokenFile.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sstream>
#include <string>
#include <vector>

namespace waymark::httpapi
{

class TokenCommandTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TokenCommandTest);
    CPPUNIT_TEST(printsATokenAndTheLineThatKnowsIt);
    CPPUNIT_TEST(takesLabelAndNetworks);
    CPPUNIT_TEST(printsJsonWhenAsked);
    CPPUNIT_TEST(explainsItselfOnATerminalBesideTheOutput);
    CPPUNIT_TEST(wrongArgumentsAre64);
    CPPUNIT_TEST(explainsItself);
    CPPUNIT_TEST_SUITE_END();

    std::string _out;
    std::string _error;

    int run(const std::vector<std::string>& arguments, bool terminal = false)
    {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        const int code = TokenCommand().run({arguments, in, out, error, terminal});
        _out = out.str();
        _error = error.str();
        return code;
    }

    void printsATokenAndTheLineThatKnowsIt()
    {
        CPPUNIT_ASSERT_EQUAL(0, run({"--role", "register"}));
        CPPUNIT_ASSERT_EQUAL(std::string(), _error);
        const std::size_t end = _out.find('\n');
        const auto tokens = parseTokens(std::string_view(_out).substr(end + 1));
        CPPUNIT_ASSERT_MESSAGE(_out, tokens.has_value() && tokens->size() == 1);
        const auto* const entry = tokens->find(std::string_view(_out).substr(0, end));
        CPPUNIT_ASSERT(entry != nullptr && entry->role == http::Role::registrant);
        const std::string before = _out;
        CPPUNIT_ASSERT_EQUAL(0, run({"--role", "register"}));
        CPPUNIT_ASSERT(before != _out);
    }

    void takesLabelAndNetworks()
    {
        CPPUNIT_ASSERT_EQUAL(
            0, run({"--role", "admin", "--label", "ops", "--from", "10.0.0.0/8,2001:db8::/32"}));
        CPPUNIT_ASSERT(_out.ends_with(" label=ops from=10.0.0.0/8,2001:db8::/32\n"));
    }

    void printsJsonWhenAsked()
    {
        CPPUNIT_ASSERT_EQUAL(0, run({"--role", "read", "--label", "ci", "--json"}));
        CPPUNIT_ASSERT_MESSAGE(_out, _out.starts_with(R"({"token":"waymark_)"));
        CPPUNIT_ASSERT_MESSAGE(_out, _out.find(R"(","line":"read sha256:)") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(_out, _out.ends_with("\"role\":\"read\",\"label\":\"ci\",\"from\":null}\n"));
    }

    void explainsItselfOnATerminalBesideTheOutput()
    {
        CPPUNIT_ASSERT_EQUAL(0, run({"--role", "read"}, true));
        CPPUNIT_ASSERT(_error.find("http-api.tokens") != std::string::npos);
        std::istringstream lines(_error);
        for (std::string line; std::getline(lines, line);)
            CPPUNIT_ASSERT_MESSAGE(line, line.size() <= 80);
    }

    void wrongArgumentsAre64()
    {
        const std::vector<std::vector<std::string>> wrong{
            {},
            {"old", "--role", "read"},
            {"--role"},
            {"--role", "write"},
            {"--role", "read", "--label", "a b"},
            {"--role", "read", "--from", "here"},
        };
        for (const auto& arguments : wrong) {
            CPPUNIT_ASSERT_EQUAL(64, run(arguments));
            CPPUNIT_ASSERT_EQUAL(std::string(), _out);
            CPPUNIT_ASSERT_MESSAGE(_error, _error.ends_with("; see --help\n"));
        }
    }

    void explainsItself()
    {
        CPPUNIT_ASSERT_EQUAL(0, run({"--help"}));
        CPPUNIT_ASSERT(_out.starts_with("usage: waymark http-api token new"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TokenCommandTest);

} // namespace waymark::httpapi
