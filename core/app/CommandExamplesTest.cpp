#include "BuiltIn.h"
#include "Catalogue.h"
#include "ManualPage.h"
#include "bootnode/BootnodeOptions.h"
#include "bootnode/GoFlags.h"
#include "host/loader/PluginFinder.h"

#include <waymark/plugin/CommandLine.h>

#include <cppunit/extensions/HelperMacros.h>

#include <regex>
#include <sstream>

namespace waymark::app
{

/// The examples that --help and the manual pages show, of every command that is built in or brought by one of
/// our plugins: each command takes its own.
class CommandExamplesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CommandExamplesTest);
    CPPUNIT_TEST(everyCommandTakesItsExamples);
    CPPUNIT_TEST(examplesFitIntoManualPages);
    CPPUNIT_TEST_SUITE_END();

    /// What stands for something long becomes that.
    static std::string whole(std::string word)
    {
        const std::string key = "ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138"
                                "7574077f301b421bc84df7266c44e9e6d569fc56be00812904767bf5ccd1fc7f";
        const std::string record =
            "enr:-"
            "IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlk"
            "gnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";
        word = std::regex_replace(word, std::regex("enode://[0-9a-f]*[.]{3}"), "enode://" + key);
        word = std::regex_replace(word, std::regex("enr:-[0-9A-Za-z_-]*[.]{3}"), record);
        return std::regex_replace(word, std::regex("^[0-9a-f]+[.]{3}$"), key);
    }

    /// Of the first `waymark` in a shell's line, up to what is the shell's; quotes do not occur in it.
    static std::vector<std::string> wordsOf(const std::string& example)
    {
        std::istringstream line(example);
        std::vector<std::string> words;
        for (std::string word; line >> word;) {
            if (word == "|" || word == "<" || word == ">" || word == ";") {
                if (!words.empty() && words.front() == "waymark")
                    break;
                words.clear();
                continue;
            }
            words.push_back(whole(word));
        }
        return words;
    }

    /// The command that the words name, and the words behind its name.
    static void tryWords(const Catalogue& catalogue, std::vector<std::string> words,
                         const std::string& example, const plugin::CommandLine& owner)
    {
        CPPUNIT_ASSERT_MESSAGE(example, words.size() > 1 && words.front() == "waymark");
        words.erase(words.begin());
        const auto match = catalogue.find(words);
        CPPUNIT_ASSERT_MESSAGE(example + ": " + (match ? "" : match.error().message), match.has_value());
        const auto named = catalogue.create(*match);
        CPPUNIT_ASSERT_MESSAGE(example, named && (*named)->line().command() == owner.command());
        words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(match->words));
        const bool isBootnode = match->command == "bootnode";
        if (isBootnode)
            words = fromGoFlags(owner, words).value();
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        const auto values = owner.read({words, in, out, error});
        CPPUNIT_ASSERT_MESSAGE(example + ": " + out.str() + error.str(), values.has_value());
        if (isBootnode) {
            const auto nat = parseNat(values->text("nat"));
            CPPUNIT_ASSERT_MESSAGE(example + ": " + (nat ? "" : nat.error().message), nat.has_value());
        }
    }

    void everyCommandTakesItsExamples()
    {
        const std::vector<std::filesystem::path> path{std::filesystem::path(WAYMARK_BUILD_DIR) / "plugins"};
        const Catalogue catalogue(builtInCommands(path, catalogue),
                                  host::PluginFinder(host::pluginFolders(path), {}).installed());
        std::size_t tried = 0;
        for (const std::string ours :
             {"waymark", "node", "registry", "discv4", "http-api", "registry-sqlite"}) {
            const auto& groups = catalogue.groups();
            const auto group = std::ranges::find(groups, ours, &Catalogue::Group::name);
            CPPUNIT_ASSERT_MESSAGE(ours,
                                   group != groups.end() && !group->refusal && !group->commands.empty());
            for (const auto& [name, help] : group->commands) {
                const auto command = catalogue.create({&*group, name, 0});
                CPPUNIT_ASSERT_MESSAGE(name, command.has_value());
                const plugin::CommandLine& line = (*command)->line();
                CPPUNIT_ASSERT_MESSAGE(name + " has no example", !line.examples().empty());
                for (const std::string& example : line.examples()) {
                    tryWords(catalogue, wordsOf(example), example, line);
                    ++tried;
                }
            }
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(tried), tried >= 40);
    }

    /// Lines that man(1) does not fill, behind the indents that it gives them.
    void examplesFitIntoManualPages()
    {
        const std::vector<std::filesystem::path> path{std::filesystem::path(WAYMARK_BUILD_DIR) / "plugins"};
        const Catalogue catalogue(builtInCommands(path, catalogue),
                                  host::PluginFinder(host::pluginFolders(path), {}).installed());
        std::stringstream page;
        const auto printed = printManualPage(page, catalogue, {});
        CPPUNIT_ASSERT_MESSAGE(printed ? "" : printed.error().message, printed.has_value());
        constexpr std::size_t indents = 14;
        std::size_t seen = 0;
        bool isUnfilled = false;
        for (std::string line; std::getline(page, line);) {
            if (line == ".nf" || line == ".fi")
                isUnfilled = line == ".nf";
            if (!isUnfilled || line.starts_with('.'))
                continue;
            line = std::regex_replace(line, std::regex(R"(\\([-e&]))"), "$1");
            CPPUNIT_ASSERT_MESSAGE(line, indents + line.size() <= 80);
            ++seen;
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(seen), seen >= 40);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CommandExamplesTest);

} // namespace waymark::app
