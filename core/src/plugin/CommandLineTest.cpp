#include <waymark/plugin/CommandLine.h>

#include <cppunit/extensions/HelperMacros.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace waymark::plugin
{

class CommandLineTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CommandLineTest);
    CPPUNIT_TEST(takesOptionsInEveryOrderAndForm);
    CPPUNIT_TEST(defaultsStandForWhatIsNotGiven);
    CPPUNIT_TEST(repeatableOnesKeepTheirOrder);
    CPPUNIT_TEST(twoDashesEndTheOptions);
    CPPUNIT_TEST(errorsNameTheWordAndWhatItNeeds);
    CPPUNIT_TEST(suggestsWhatWasMeant);
    CPPUNIT_TEST(abbreviationsAreRefused);
    CPPUNIT_TEST(forgottenValueDoesNotSwallowTheNextOption);
    CPPUNIT_TEST(helpIsPrintedWhereverItIsAskedFor);
    CPPUNIT_TEST(helpHasEverythingAndIs80ColumnsWide);
    CPPUNIT_TEST(helpNamesTheChoicesOnce);
    CPPUNIT_TEST(examplesBreakWhereTheyAreTold);
    CPPUNIT_TEST(complaintsBreakOnATerminalAlone);
    CPPUNIT_TEST(wrongArgumentsEndWith64AndAHint);
    CPPUNIT_TEST(valuesThatWereNotDeclaredAreDefects);
    CPPUNIT_TEST_SUITE_END();

    const CommandLine _line =
        CommandLine("greet say",
                    "Greets somebody as often as is asked for, and in the way that is asked for, "
                    "which is loud or not.")
            .takes(CommandArgument::option("count", "N")
                       .needs("a number of greetings")
                       .integer(1, 100)
                       .defaultsTo("1")
                       .help("how often"))
            .takes(CommandArgument::option("pause", "TIME").duration().help("between two of them"))
            .takes(CommandArgument::option("label", "NAME=VALUE").repeatable().help("a label"))
            .takes(CommandArgument::option("tone", "TONE").oneOf({"warm", "cool"}).help("of the voice"))
            .takes(CommandArgument::flag("loud").help("in capital letters"))
            .takes(CommandArgument::operand("NAME").needs("who is greeted").help("who it is"))
            .takes(CommandArgument::operand("PLACE").optional().help("and where"))
            .example("waymark greet say --loud everybody")
            .exits(ExitCode::ok, "it was said")
            .exits(ExitCode::usage, "nobody knows what to say");

    CommandValues parse(const std::vector<std::string>& words) const
    {
        auto values = _line.parse(words);
        if (!values)
            CPPUNIT_FAIL(values.error().message);
        return *values;
    }
    std::string error(const std::vector<std::string>& words) const
    {
        const auto values = _line.parse(words);
        CPPUNIT_ASSERT(!values.has_value());
        CPPUNIT_ASSERT(values.error().code == ErrorCode::invalidArgument);
        return values.error().message;
    }

    void takesOptionsInEveryOrderAndForm()
    {
        for (const auto& words :
             std::vector<std::vector<std::string>>{{"--count", "7", "--loud", "everybody", "here"},
                                                   {"--count=7", "everybody", "--loud", "here"},
                                                   {"everybody", "here", "--loud", "--count=7"}}) {
            const auto values = parse(words);
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, values.integer("count"));
            CPPUNIT_ASSERT(values.has("loud"));
            CPPUNIT_ASSERT_EQUAL(std::string("everybody"), values.text("NAME"));
            CPPUNIT_ASSERT_EQUAL(std::string("here"), values.text("PLACE"));
        }
        CPPUNIT_ASSERT(parse({"everybody", "--pause", "2m"}).duration("pause") == std::chrono::minutes(2));
        CPPUNIT_ASSERT_EQUAL(std::string("a=b"), parse({"everybody", "--label=a=b"}).text("label"));
    }

    void defaultsStandForWhatIsNotGiven()
    {
        const auto values = parse({"everybody"});
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, values.integer("count"));
        CPPUNIT_ASSERT(!values.has("loud") && !values.has("pause") && !values.has("PLACE"));
        CPPUNIT_ASSERT(!values.find("pause").has_value());
        CPPUNIT_ASSERT(values.all("label").empty());
    }

    void repeatableOnesKeepTheirOrder()
    {
        const auto values = parse({"--label", "b=1", "--label=a=2", "everybody", "--label", "b=1"});
        CPPUNIT_ASSERT((values.all("label") == std::vector<std::string>{"b=1", "a=2", "b=1"}));
    }

    void twoDashesEndTheOptions()
    {
        const auto values = parse({"--", "--loud", "--help"});
        CPPUNIT_ASSERT_EQUAL(std::string("--loud"), values.text("NAME"));
        CPPUNIT_ASSERT_EQUAL(std::string("--help"), values.text("PLACE"));
        CPPUNIT_ASSERT(!values.has("loud"));
        CPPUNIT_ASSERT_EQUAL(std::string("-"), parse({"-"}).text("NAME"));
    }

    void errorsNameTheWordAndWhatItNeeds()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("--count needs a number of greetings from 1 to 100, not '0'"),
                             error({"everybody", "--count", "0"}));
        CPPUNIT_ASSERT_EQUAL(std::string("--count needs a number of greetings from 1 to 100, not '5x'"),
                             error({"everybody", "--count=5x"}));
        CPPUNIT_ASSERT_EQUAL(std::string("--count needs a number of greetings from 1 to 100"),
                             error({"everybody", "--count"}));
        CPPUNIT_ASSERT_EQUAL(std::string("--pause needs a duration as 500ms, 30s, 5m, 12h or 2d, not 'long'"),
                             error({"everybody", "--pause", "long"}));
        CPPUNIT_ASSERT_EQUAL(std::string("NAME is missing: who is greeted"), error({}));
        CPPUNIT_ASSERT_EQUAL(std::string("--tone needs one of warm, cool, not 'hot'"),
                             error({"everybody", "--tone", "hot"}));
        CPPUNIT_ASSERT_EQUAL(std::string("unexpected argument 'more'"), error({"a", "b", "more"}));
        CPPUNIT_ASSERT_EQUAL(std::string("--loud takes no value"), error({"a", "--loud=yes"}));
        CPPUNIT_ASSERT_EQUAL(std::string("--count stands there twice"),
                             error({"a", "--count=1", "--count", "1"}));
    }

    void suggestsWhatWasMeant()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("'--cuont' is nothing that greet say knows (did you mean --count?)"),
                             error({"a", "--cuont=3"}));
        CPPUNIT_ASSERT_EQUAL(std::string("'-lou' is nothing that greet say knows (did you mean --loud?)"),
                             error({"a", "-lou"}));
        CPPUNIT_ASSERT(error({"a", "---"}).starts_with("'---' is nothing"));
        CPPUNIT_ASSERT_EQUAL(std::string("'--something-else' is nothing that greet say knows"),
                             error({"a", "--something-else"}));
    }

    void abbreviationsAreRefused()
    {
        for (const char* word : {"--lou", "--LOUD", "-loud", "-l"})
            CPPUNIT_ASSERT(error({"a", word}).starts_with("'" + std::string(word) + "' is nothing"));
    }

    void forgottenValueDoesNotSwallowTheNextOption()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("--label needs a value"), error({"a", "--label", "--loud"}));
        CPPUNIT_ASSERT_EQUAL(std::string("--label needs a value"), error({"a", "--label", "--count=3"}));
    }

    int read(const std::vector<std::string>& words, std::string& out, std::string& errors) const
    {
        std::istringstream in;
        std::ostringstream outStream;
        std::ostringstream errorStream;
        const auto values = _line.read({words, in, outStream, errorStream, false});
        out = outStream.str();
        errors = errorStream.str();
        return values ? -1 : values.error();
    }

    void helpIsPrintedWhereverItIsAskedFor()
    {
        std::string out;
        std::string errors;
        for (const auto& words : std::vector<std::vector<std::string>>{
                 {"--help"}, {"-h"}, {"--wrong", "--help"}, {"--count", "--help"}}) {
            CPPUNIT_ASSERT_EQUAL(0, read(words, out, errors));
            CPPUNIT_ASSERT_EQUAL(_line.help(), out);
            CPPUNIT_ASSERT_EQUAL(std::string(), errors);
        }
    }

    void helpHasEverythingAndIs80ColumnsWide()
    {
        const std::string help = _line.help();
        CPPUNIT_ASSERT_MESSAGE(help, help.starts_with("usage: waymark greet say [--count N] "
                                                      "[--pause TIME]"));
        std::istringstream lines(help);
        std::string line;
        while (std::getline(lines, line))
            CPPUNIT_ASSERT_MESSAGE(line, line.size() <= 80);
        for (const char* part :
             {"[--label NAME=VALUE]...", "NAME [PLACE]\n", "  --count N           how often (1)\n",
              "  NAME                who it is\n", "  --help              show this help\n",
              "\nexample:\n  waymark greet say --loud everybody\n", "\nexit codes:\n  0   it was said\n",
              "  64  nobody knows what to say\n"})
            CPPUNIT_ASSERT_MESSAGE(part + ("\n" + help), help.find(part) != std::string::npos);
    }

    void helpNamesTheChoicesOnce()
    {
        const auto described = [](const std::string& help, const std::string& usual = {}) {
            return CommandArgument::option("tone", "TONE")
                .oneOf({"warm", "cool-ish"})
                .defaultsTo(usual)
                .help(help)
                .described();
        };
        CPPUNIT_ASSERT_EQUAL(std::string("of it; one of warm, cool-ish"), described("of it"));
        CPPUNIT_ASSERT_EQUAL(std::string("of it; one of warm, cool-ish (warm)"), described("of it", "warm"));
        CPPUNIT_ASSERT_EQUAL(std::string("warm: as fire; cool-ish: as air (warm)"),
                             described("warm: as fire; cool-ish: as air", "warm"));
        for (const std::string part : {"warm alone", "warmth and cool-ish", "warm and cool-ish-er"})
            CPPUNIT_ASSERT_EQUAL(part + "; one of warm, cool-ish", described(part));
        CPPUNIT_ASSERT(_line.help().find("  --tone TONE         of the voice; one of warm, cool\n") !=
                       std::string::npos);
    }

    void examplesBreakWhereTheyAreTold()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("  waymark greet say \\\n    --loud everybody\n"),
                             CommandLine::brokenExample("waymark greet say --loud everybody", 22));
        CPPUNIT_ASSERT_EQUAL(std::string("  waymark greet say everybody\n"),
                             CommandLine::brokenExample("waymark greet say everybody", 29));
    }

    void complaintsBreakOnATerminalAlone()
    {
        std::istringstream in;
        std::ostringstream out;
        for (const bool isTerminal : {false, true}) {
            std::ostringstream errors;
            _line.complain({{}, in, out, errors, false, isTerminal, false, 20}, "nobody is there to greet");
            CPPUNIT_ASSERT_EQUAL(std::string(isTerminal ? "greet say: nobody is\n  there to greet\n"
                                                        : "greet say: nobody is there to greet\n"),
                                 errors.str());
        }
    }

    void wrongArgumentsEndWith64AndAHint()
    {
        std::string out;
        std::string errors;
        CPPUNIT_ASSERT_EQUAL(64, read({}, out, errors));
        CPPUNIT_ASSERT_EQUAL(std::string(), out);
        CPPUNIT_ASSERT_EQUAL(std::string("greet say: NAME is missing: who is greeted; see --help\n"), errors);
        CPPUNIT_ASSERT_EQUAL(-1, read({"everybody"}, out, errors));
        CPPUNIT_ASSERT_EQUAL(std::string(), out + errors);
    }

    void valuesThatWereNotDeclaredAreDefects()
    {
        const auto values = parse({"everybody"});
        CPPUNIT_ASSERT_THROW(static_cast<void>(values.text("nmae")), std::out_of_range);
        CPPUNIT_ASSERT_THROW(static_cast<void>(values.integer("NAME")), std::out_of_range);
        CPPUNIT_ASSERT_THROW(static_cast<void>(values.duration("NAME")), std::out_of_range);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CommandLineTest);

} // namespace waymark::plugin
