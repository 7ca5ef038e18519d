#include <waymark/plugin/Manifest.h>
#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace waymark::daemon
{

using testkit::Process;

class CommandLineTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CommandLineTest);
    CPPUNIT_TEST(helpComesFromManifests);
    CPPUNIT_TEST(helpRunsNoCodeOfPlugins);
    CPPUNIT_TEST(helpOfAWordIsThatOfItsPluginOrCommand);
    CPPUNIT_TEST(aFamilyStandsForItsOnePluginWithTheCommand);
    CPPUNIT_TEST(aFamilyNeedsOneOwnerOfTheCommand);
    CPPUNIT_TEST(aPluginHidesNoCommandsThatBeginWithItsName);
    CPPUNIT_TEST(aLibraryThatIsRefusedHidesNoCommands);
    CPPUNIT_TEST(pingSaysWhatANodeLooksLike);
    CPPUNIT_TEST(inspectShowsOnePlugin);
    CPPUNIT_TEST(inspectRefusesWhatIsNoPlugin);
    CPPUNIT_TEST(unknownWordsEndWith64);
    CPPUNIT_TEST(misspeltWordsGetASuggestion);
    CPPUNIT_TEST(wrongArgumentsOfPluginAreNamed);
    CPPUNIT_TEST(promisedCommandMustBeThere);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* plugins = WAYMARK_BUILD_DIR "/bad-plugins";

    testkit::TemporaryFolder _folder;

    static std::pair<std::string, int> run(std::vector<std::string> words)
    {
        words.insert(words.begin(), {"--plugin-path", plugins});
        Process process(WAYMARK_BUILD_DIR "/bin/waymark", words);
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
        return {process.output(), *code};
    }

    static void assertContains(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    void helpComesFromManifests()
    {
        for (const auto& words : std::vector<std::vector<std::string>>{{}, {"help"}, {"--help"}}) {
            const auto [output, code] = run(words);
            CPPUNIT_ASSERT_EQUAL(0, code);
            assertContains(output, "greet  says hello");
        }
    }

    void helpRunsNoCodeOfPlugins()
    {
        // throwing-static lies in the same folder: opening it would end the process.
        const auto [output, code] = run({"plugin", "list"});
        CPPUNIT_ASSERT_EQUAL(0, code);
        assertContains(output, "throwing-static");
        assertContains(output, "\tit is built for plugin ABI 4711");
    }

    void helpOfAWordIsThatOfItsPluginOrCommand()
    {
        for (const auto& words :
             std::vector<std::vector<std::string>>{{"help", "ping"}, {"help", "discv4", "ping"}}) {
            const auto [output, code] = run(words);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 0, code);
            assertContains(output, "usage: waymark discv4 ping");
        }
        const auto [output, code] = run({"help", "discv4"});
        CPPUNIT_ASSERT_EQUAL(0, code);
        assertContains(output, "ping ");
        assertContains(output, " Ask a discv4 node for signs of life");
        assertContains(run({"help", "cycle-a"}).first, "It has no commands");
        assertContains(run({"help", "plugin"}).first, "plugin list");
        const auto [extra, refused] = run({"help", "ping", "foo"});
        CPPUNIT_ASSERT_EQUAL(64, refused);
        assertContains(extra, "ping has none that is called 'foo'");
        CPPUNIT_ASSERT_EQUAL(64, run({"help", "nonsense"}).second);
    }

    void aFamilyStandsForItsOnePluginWithTheCommand()
    {
        // registry-memory, registry-one and registry-two are installed as well.
        for (const auto& words : std::vector<std::vector<std::string>>{{"registry", "repair", "--help"},
                                                                       {"help", "registry", "repair"}}) {
            const auto [output, code] = run(words);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 0, code);
            assertContains(output, "usage: waymark registry repair");
        }
        CPPUNIT_ASSERT_EQUAL(78, run({"registry", "repair", "/nonexistent"}).second);
        const auto [output, code] = run({"help", "registry"});
        CPPUNIT_ASSERT_EQUAL(0, code);
        assertContains(output, "registry-memory ");
        assertContains(output, "repair  Save what can be read");
    }

    /// The plugins peers, which has no commands, and key, which has one, are installed as well.
    void aPluginHidesNoCommandsThatBeginWithItsName()
    {
        const auto [list, listed] = run({"peers", "list", "--help"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(list, 0, listed);
        assertContains(list, "usage: waymark http-api peers list");
        const auto [key, made] = run({"key", "generate", "--help"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(key, 0, made);
        assertContains(key, "usage: waymark node key generate");
        // It has what its manifest promises, though only there.
        assertContains(run({"key", "show"}).first, "does not have the command show");
        assertContains(run({"key", "genrate"}).first, "did you mean generate?");
        assertContains(run({"key", "shwo"}).first, "did you mean show?");
        const std::string help = run({"help", "key"}).first;
        assertContains(help, "show  shows a key");
        assertContains(help, "key generate ");
        assertContains(run({"help", "peers"}).first, "peers list ");
        assertContains(run({"help", "peers", "list"}).first, "usage: waymark http-api peers list");
        assertContains(run({"man", "key", "generate"}).first, "waymark\\-node\\-key\\-generate");
        const std::string offered = run({"complete", "--", "key", ""}).first;
        assertContains(offered, "show\tshows a key\n");
        assertContains(offered, "generate\t");
        assertContains(run({"complete", "--", "peers", ""}).first, "list\t");
    }

    void aLibraryThatIsRefusedHidesNoCommands()
    {
        for (const std::string name : {"man", "token"})
            std::ofstream(_folder.path() / (name + ".so")) << "this is no library\n";
        const auto in = [this](std::vector<std::string> words) {
            words.insert(words.begin(), {"--plugin-path", _folder.path().string()});
            return run(words);
        };
        CPPUNIT_ASSERT_EQUAL(0, in({"token", "new", "--help"}).second);
        CPPUNIT_ASSERT_EQUAL(64, in({"token", "newt"}).second);
        assertContains(in({"help", "token"}).first, "token new ");
        const auto [page, code] = in({"man", "man"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(page, 0, code);
        assertContains(page, "waymark\\-man \\- Print the manual page");
        // What nobody else has is refused.
        std::ofstream(_folder.path() / "other.so") << "this is no library\n";
        CPPUNIT_ASSERT_EQUAL(78, in({"other", "anything"}).second);
        CPPUNIT_ASSERT_EQUAL(64, in({"help", "other"}).second);
    }

    void aFamilyNeedsOneOwnerOfTheCommand()
    {
        const auto [output, code] = run({"single", "shared"});
        CPPUNIT_ASSERT_EQUAL(64, code);
        assertContains(output, "several plugins have the command shared; write one of them in the place of "
                               "single: single-one, single-two");
        assertContains(run({"registry", "repiar"}).first, "did you mean repair?");
        assertContains(run({"registry"}).first, "have the commands export, import, convert, stats, repair");
        assertContains(run({"cycle", "eat"}).first, "the plugins cycle-a, cycle-b have no commands");
    }

    void pingSaysWhatANodeLooksLike()
    {
        const auto [output, code] = run({"ping", "foo"});
        CPPUNIT_ASSERT_EQUAL(64, code);
        assertContains(output, "a node is a URL, enode://..., or a record, enr:...");
        assertContains(output, "\n  foo\n  ^\n");
    }

    void inspectShowsOnePlugin()
    {
        const auto [output, code] = run({"plugin", "inspect", std::string(plugins) + "/cycle-a.so"});
        CPPUNIT_ASSERT_EQUAL(0, code);
        assertContains(output, "provides\ttest-a");
        assertContains(output, "needs\ttest-b");
        assertContains(output, "plugin ABI\t" + std::to_string(WAYMARK_ABI));
        CPPUNIT_ASSERT_EQUAL(0, run({"plugin", "inspect", "good"}).second);
    }

    void inspectRefusesWhatIsNoPlugin()
    {
        const auto [output, code] = run({"plugin", "inspect", std::string(plugins) + "/no-manifest.so"});
        CPPUNIT_ASSERT_EQUAL(78, code);
        assertContains(output, "without a manifest");
        CPPUNIT_ASSERT_EQUAL(78, run({"plugin", "inspect", "/nonexistent"}).second);
    }

    void unknownWordsEndWith64()
    {
        for (const auto& words : std::vector<std::vector<std::string>>{{"nonsense"},
                                                                       {"good"},
                                                                       {"good", "nonsense"},
                                                                       {"plugin"},
                                                                       {"plugin", "eat"},
                                                                       {"cycle-a", "x"}}) {
            const auto [output, code] = run(words);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 64, code);
            assertContains(output, "waymark help");
        }
    }

    void misspeltWordsGetASuggestion()
    {
        assertContains(run({"pign"}).first, "did you mean ping?");
        assertContains(run({"discv4", "pign"}).first, "did you mean ping?");
        assertContains(run({"dicsv4", "ping"}).first, "did you mean discv4?");
        assertContains(run({"plguin", "list"}).first, "did you mean plugin?");
        assertContains(run({"plugin", "lsit"}).first, "did you mean list?");
        // What begins alike is meant rather than what few changes make of it.
        assertContains(run({"findnode", "--try", "3"}).first, "did you mean --tries?");
        assertContains(run({"bootnode", "-node", "k"}).first, "did you mean --nodekey?");
    }

    void wrongArgumentsOfPluginAreNamed()
    {
        assertContains(run({"plugin", "inspect"}).first, "PLUGIN is missing: the name of a plugin");
        assertContains(run({"plugin", "inspect", "good", "cycle-a"}).first, "unexpected argument 'cycle-a'");
        assertContains(run({"plugin", "list", "good"}).first, "unexpected argument 'good'");
        assertContains(run({"plugin", "inspect", "goood"}).first, "did you mean good?");
    }

    void promisedCommandMustBeThere()
    {
        for (const auto& words : std::vector<std::vector<std::string>>{{"good", "greet"}, {"greet"}}) {
            const auto [output, code] = run(words);
            CPPUNIT_ASSERT_EQUAL(78, code);
            assertContains(output, "does not have the command greet");
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CommandLineTest);

} // namespace waymark::daemon
