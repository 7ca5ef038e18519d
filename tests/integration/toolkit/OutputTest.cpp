#include "Examples.h"
#include "Program.h"

#include <waymark/testkit/Process.h>

#include <Poco/JSON/Parser.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <sstream>

namespace waymark::testing
{

/// What `waymark` does with results that nobody takes, and the forms of those of its own commands.
class OutputTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(OutputTest);
    CPPUNIT_TEST(aFullDiskIsComplainedOfOnce);
    CPPUNIT_TEST(aClosedPipeEndsItWithoutAWord);
    CPPUNIT_TEST(listsPluginsAsOtherListings);
    CPPUNIT_TEST(inspectsAPluginAsOtherRecords);
    CPPUNIT_TEST(complaintsBreakBetweenWordsOnATerminalAlone);
    CPPUNIT_TEST_SUITE_END();

    using Words = std::vector<std::string>;

    /// In a shell; $0 is waymark.
    static Ran shell(const std::string& script)
    {
        testkit::Process process("/bin/bash", {"--norc", "-c", script, WAYMARK_BUILD_DIR "/bin/waymark"});
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_MESSAGE(script, code.has_value());
        return {*code, process.output(), {}};
    }

    static std::string terminal(const std::string& command)
    {
        // script(1) gives it a terminal, of which stty sets the width.
        return shell("script -qec 'stty cols 80; " + command + "' /dev/null").out;
    }

    void aFullDiskIsComplainedOfOnce()
    {
        for (const std::string words :
             {"help", "man", "completion bash", "plugin list", "enr decode --help", "--version", "--help",
              "key to-id no-such-key --help", "help plugin"}) {
            const Ran ran = shell("\"$0\" " + words + " 2>&1 >/dev/full");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(words, 74, ran.code);
            assertContains(ran.out, "cannot write to standard output: No space left on device\n");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(ran.out, std::size_t{1},
                                         static_cast<std::size_t>(std::ranges::count(ran.out, '\n')));
        }
        CPPUNIT_ASSERT(
            shell("\"$0\" enr decode --help 2>&1 >/dev/full").out.starts_with("node enr decode: "));
    }

    void aClosedPipeEndsItWithoutAWord()
    {
        // Whoever reads opens the pipe and closes it before anything is written.
        const auto writesTo = [](const std::string& trap, const std::string& words) {
            return shell(trap + R"(
folder=$(mktemp -d); mkfifo "$folder/pipe"
{ exec 7<"$folder/pipe"; exec 7<&-; } & exec 8>"$folder/pipe"; wait; rm -r "$folder"
"$0" )" + words + " 2>&1 >&8; echo \"$?\"")
                .out;
        };
        for (const std::string words : {"help", "man", "plugin list --json", "enr decode --help"}) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(words, std::string("141\n"), writesTo("", words));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(words, std::string("74\n"), writesTo("trap '' PIPE", words));
        }
    }

    void listsPluginsAsOtherListings()
    {
        const std::string plain = _program.good({"plugin", "list"}).out;
        assertContains('\n' + plain, "\ndiscv4\t");
        assertContains(plain, "\tdiscovery\t-\n");
        CPPUNIT_ASSERT(plain.find("PLUGIN") == std::string::npos);
        const auto list = Poco::JSON::Parser()
                              .parse(_program.good({"plugin", "list", "--json"}).out)
                              .extract<Poco::JSON::Array::Ptr>();
        CPPUNIT_ASSERT(list->getObject(0)->has("version") && list->getObject(0)->isNull("refusal"));
        assertContains(_program.good({"plugin", "list", "--help"}).out,
                       "usage: waymark plugin list [--json]");
        _program.bad(64, "unexpected argument 'more'", {"plugin", "list", "more"});
    }

    void inspectsAPluginAsOtherRecords()
    {
        assertContains(_program.good({"plugin", "inspect", "discv4"}).out, "\nprovides\tdiscovery\n");
        const auto facts = _program.good({"plugin", "inspect", "discv4", "--json"}).object();
        CPPUNIT_ASSERT_EQUAL(std::string("discv4"), facts->getValue<std::string>("name"));
        CPPUNIT_ASSERT(facts->getArray("commands")->getObject(0)->has("help"));
        assertContains(_program.good({"plugin", "inspect", "--help"}).out, "usage: waymark plugin inspect");
        assertContains(_program.good({"man", "--help"}).out, "usage: waymark man");
        assertContains(_program.good({"completion", "bash", "--help"}).out, "usage: waymark completion");
    }

    void complaintsBreakBetweenWordsOnATerminalAlone()
    {
        const Ran piped = _program.run({"nodeset", "filter", "--answered-within", "whenever", "nodes.json"});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, static_cast<std::size_t>(std::ranges::count(piped.error, '\n')));
        const std::string command = std::string(WAYMARK_BUILD_DIR "/bin/waymark") +
                                    " nodeset filter --answered-within whenever nodes.json";
        const std::string shown = terminal(command);
        assertContains(shown, "\r\n  ");
        std::istringstream lines(shown);
        for (std::string line; std::getline(lines, line);)
            CPPUNIT_ASSERT_MESSAGE(line, line.size() <= 81); // with the carriage return
        std::string joined = shown;
        for (std::size_t end = joined.find("\r\n  "); end != std::string::npos; end = joined.find("\r\n  "))
            joined.replace(end, 4, " ");
        const std::string whole = shell(command + " 2>&1").out;
        CPPUNIT_ASSERT_EQUAL(whole.substr(0, whole.size() - 1), joined.substr(0, joined.find('\r')));
    }

    Program _program;
};

CPPUNIT_TEST_SUITE_REGISTRATION(OutputTest);

} // namespace waymark::testing
