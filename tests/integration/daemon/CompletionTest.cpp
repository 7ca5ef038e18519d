#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace waymark::daemon
{

using testkit::Process;

/// The scripts of `waymark completion`, in the real shells, and the manual page, as groff reads it.
class CompletionTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CompletionTest);
    CPPUNIT_TEST(bashOffersPluginsAndCommands);
    CPPUNIT_TEST(bashOffersOptionsAndFiles);
    CPPUNIT_TEST(zshOffersTheSame);
    CPPUNIT_TEST(namesComeFromManifestsAlone);
    CPPUNIT_TEST(otherShellsAreRefused);
    CPPUNIT_TEST(manualPagesAreWithoutFault);
    CPPUNIT_TEST(manualPagesHaveEveryCommandAndOption);
    CPPUNIT_TEST(manualPageOfAnUnknownCommandIsRefused);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* waymark = WAYMARK_BUILD_DIR "/bin/waymark";
    static constexpr const char* badPlugins = WAYMARK_BUILD_DIR "/bad-plugins";
    using Words = std::vector<std::string>;

    const testkit::TemporaryFolder _folder;
    const std::string _file = (_folder.path() / "authority.pem").string();
    const std::string _start = (_folder.path() / "auth").string();

public:
    void setUp() override { std::ofstream(_file) << '\n'; }

private:
    static std::pair<std::string, int> run(const std::string& program, const Words& words,
                                           const std::map<std::string, std::string>& environment = {})
    {
        Process process(program, words, environment);
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
        return {process.output(), *code};
    }

    static void assertContains(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    static std::string quoted(const Words& words)
    {
        std::string text;
        for (const std::string& word : words)
            text += " '" + word + "'";
        return text;
    }

    /// What the shell would offer for the last word, sorted, with a blank between.
    static std::string bash(const Words& words)
    {
        const std::string script = std::string("compopt() { :; }; source <('") + waymark +
                                   "' completion bash); COMP_WORDS=('" + waymark + "'" + quoted(words) +
                                   "); COMP_CWORD=" + std::to_string(words.size()) +
                                   R"(; _waymark; printf '%s\n' "${COMPREPLY[@]}")";
        return offered(run("/bin/bash", {"--norc", "-c", script}));
    }
    static std::string zsh(const Words& words)
    {
        const std::string script = "compdef() { :; }; _files() { print -l $PREFIX*; }; "
                                   "_describe() { local entry; for entry in \"${found[@]}\"; do print -r -- "
                                   "\"${entry%%:*}\"; done; }; "
                                   "source =('" +
                                   std::string(waymark) + "' completion zsh); words=('" + waymark + "'" +
                                   quoted(words) + "); CURRENT=" + std::to_string(words.size() + 1) +
                                   "; PREFIX=" + words.back() + "; _waymark";
        return offered(run("zsh", {"-f", "-c", script}));
    }
    static std::string offered(const std::pair<std::string, int>& result)
    {
        std::istringstream lines(result.first);
        Words found;
        std::string line;
        while (std::getline(lines, line))
            found.push_back(line);
        std::ranges::sort(found);
        std::string text;
        for (const std::string& word : found)
            text += (text.empty() ? "" : " ") + word;
        return text;
    }

    void bashOffersPluginsAndCommands()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("discv4"), bash({"disc"}));
        CPPUNIT_ASSERT_EQUAL(std::string("ping"), bash({"discv4", "pi"}));
        CPPUNIT_ASSERT_EQUAL(std::string("ping"), bash({"pin"}));
        CPPUNIT_ASSERT_EQUAL(std::string("new"), bash({"token", ""}));
        CPPUNIT_ASSERT_EQUAL(std::string("repair"), bash({"registry", "rep"}));
        CPPUNIT_ASSERT_EQUAL(std::string("bash zsh"), bash({"completion", ""}));
        CPPUNIT_ASSERT_EQUAL(std::string("ping"), bash({"help", "discv4", "pi"}));
        CPPUNIT_ASSERT_EQUAL(std::string(), bash({"nonsense", ""}));
        CPPUNIT_ASSERT_EQUAL(std::string("--help --plugin-path --version"), bash({"--"}));
        CPPUNIT_ASSERT_EQUAL(std::string("ping"), bash({"--plugin-path", badPlugins, "pin"}));
        CPPUNIT_ASSERT_EQUAL(std::string("greet"), bash({"--plugin-path", badPlugins, "gre"}));
        CPPUNIT_ASSERT_EQUAL(std::string("inspect list new"), bash({"plugin", ""}));
        CPPUNIT_ASSERT_EQUAL(std::string("registry-memory registry-sqlite"),
                             bash({"plugin", "inspect", "registry-"}));
        CPPUNIT_ASSERT_EQUAL(std::string("command registry service"),
                             bash({"plugin", "new", "x", "--kind", ""}));
    }

    void bashOffersOptionsAndFiles()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("--count"), bash({"ping", "--cou"}));
        CPPUNIT_ASSERT_EQUAL(std::string("--json"), bash({"discv4", "ping", "--count", "3", "--j"}));
        // Values that are no files have nothing to offer, and neither have nodes.
        CPPUNIT_ASSERT_EQUAL(std::string(), bash({"ping", "--count", ""}));
        CPPUNIT_ASSERT_EQUAL(_file, bash({"verify", "--ca", _start}));
        CPPUNIT_ASSERT_EQUAL(_file, bash({"registry", "stats", _start}));
        CPPUNIT_ASSERT_EQUAL(_file, bash({"registry", "convert", "source", _start}));
        CPPUNIT_ASSERT_EQUAL(_file, bash({"registry", "stats", "--config", "=", _start}));
        CPPUNIT_ASSERT_EQUAL('@' + _file, bash({"crawl", "--bootnodes", '@' + _start}));
        CPPUNIT_ASSERT_EQUAL('@' + _file, bash({"crawl", "--bootnodes", "@", _start}));
        CPPUNIT_ASSERT_EQUAL(std::string("json-lines memory-snapshot sqlite"),
                             bash({"registry", "convert", "--to", ""}));
        CPPUNIT_ASSERT_EQUAL(std::string("any extip: none"), bash({"bootnode", "-nat", ""}));
        CPPUNIT_ASSERT_EQUAL(std::string("--nat"), bash({"bootnode", "-na"}));
    }

    void zshOffersTheSame()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("discv4"), zsh({"disc"}));
        CPPUNIT_ASSERT_EQUAL(std::string("ping"), zsh({"discv4", "pi"}));
        CPPUNIT_ASSERT_EQUAL(std::string("--count"), zsh({"ping", "--cou"}));
        CPPUNIT_ASSERT_EQUAL(_file, zsh({"verify", "--ca", _start}));
    }

    void namesComeFromManifestsAlone()
    {
        // throwing-static lies in this folder: opening it would end the process.
        const auto [output, code] = run(waymark, {"--plugin-path", badPlugins, "complete", "--", "gre"});
        CPPUNIT_ASSERT_EQUAL(0, code);
        CPPUNIT_ASSERT_EQUAL(std::string("greet\tsays hello\n"), output);
    }

    void otherShellsAreRefused()
    {
        for (const Words& words : {Words{"completion"}, Words{"completion", "csh"}}) {
            const auto [output, code] = run(waymark, words);
            CPPUNIT_ASSERT_EQUAL(64, code);
            assertContains(output, words.size() == 1 ? "SHELL is missing: one of bash, zsh"
                                                     : "SHELL is one of bash, zsh, not 'csh'");
        }
        CPPUNIT_ASSERT_EQUAL(0, run(waymark, {"completion", "--help"}).second);
    }

    static std::string formatted(const std::string& words)
    {
        const auto [output, code] =
            run("/bin/sh", {"-c", "'" + std::string(waymark) + "' man " + words +
                                      " | LC_ALL=C groff -man -Tascii -ww -P-cbou -rLL=78n"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 0, code);
        CPPUNIT_ASSERT_MESSAGE(output, output.find(": warning") == std::string::npos);
        return output;
    }

    void manualPagesAreWithoutFault()
    {
        const std::string page = formatted("discv4 ping");
        assertContains(page, "WAYMARK-DISCV4-PING(1)");
        assertContains(page, "waymark-discv4-ping - Ask a discv4 node");
        assertContains(page, "EXIT STATUS");
        for (const char* part : {"ENVIRONMENT", "NO_COLOR", "FILES", "SEE ALSO"})
            assertContains(page, part);
    }

    void manualPagesHaveEveryCommandAndOption()
    {
        const std::string page = formatted("");
        assertContains(page, "WAYMARK(1)");
        for (const char* part :
             {"discv4 ping", "--count N", "http-api token new", "--role ROLE", "registry repair", "EXAMPLES",
              "EXIT STATUS", "Somebody else works on the same data", "waymarkd(8)"})
            assertContains(page, part);
    }

    void manualPageOfAnUnknownCommandIsRefused()
    {
        CPPUNIT_ASSERT_EQUAL(64, run(waymark, {"man", "nonsense"}).second);
        const auto [output, code] = run(waymark, {"man", "ping", "more"});
        CPPUNIT_ASSERT_EQUAL(64, code);
        assertContains(output, "takes no words here");
        const std::string page = formatted("http-api");
        assertContains(page, "WAYMARK-HTTP-API(1)");
        assertContains(page, "token new");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CompletionTest);

} // namespace waymark::daemon
