#include "host/config/Configuration.h"

#include "host/HostSchema.h"
#include "host/config/ConfigPrinter.h"
#include "host/config/SettingsReader.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/JSON/Parser.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace waymark::host
{

class ConfigurationTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ConfigurationTest);
    CPPUNIT_TEST(laterFilesAndOverridesWin);
    CPPUNIT_TEST(variablesAndKeysAreExpanded);
    CPPUNIT_TEST(whatCannotBeExpandedIsAProblem);
    CPPUNIT_TEST(missingFileIsAProblem);
    CPPUNIT_TEST(pathsFollowTheFileThatNamesThem);
    CPPUNIT_TEST(unknownKeysGetASuggestion);
    CPPUNIT_TEST(keysOfIdlePluginsAreWarnings);
    CPPUNIT_TEST(requiredKeysMustBeThere);
    CPPUNIT_TEST(changesAreToldApartByReloadability);
    CPPUNIT_TEST(printedValuesAreReadBackTheSame);
    CPPUNIT_TEST(printedDefaultsAreAConfiguration);
    CPPUNIT_TEST(secretsAreNeverPrinted);
    CPPUNIT_TEST(jsonSchemaIsJson);
    CPPUNIT_TEST_SUITE_END();

    static plugin::ConfigSchema schema()
    {
        using plugin::Option;
        return {Option::integer("level", 0, 10).defaultsTo("5").reloadable().help("a level"),
                Option::path("file").defaultsTo("data.db").help("a file"),
                Option::secret("token").help("a secret"),
                Option::table("names").reloadable().help("names | numbers"),
                Option::text("word").help("a word")};
    }

    testkit::TemporaryFolder _folder;

    std::filesystem::path write(const std::string& name, const std::string& text)
    {
        const auto file = _folder.path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
        return file;
    }

    static Configuration checked(Settings settings)
    {
        Configuration configuration(std::move(settings));
        configuration.setStateDirectory("/state");
        configuration.addSection({"p", "Plugin p", schema()});
        configuration.addIdlePrefixes({"idle"});
        configuration.checkUnknown();
        return configuration;
    }

    static Configuration from(const std::vector<std::pair<std::string, std::string>>& values)
    {
        return checked(readSettings({}, values).settings);
    }

    static bool mentions(const Problems& problems, const std::string& part)
    {
        return std::ranges::any_of(problems, [&](const Problem& problem) {
            return problem.toString().find(part) != std::string::npos;
        });
    }

    void laterFilesAndOverridesWin()
    {
        const auto main = write("main.properties", "p.level = 1\np.word = main\np.file = main");
        write("conf.d/20.properties", "p.level = 3\n");
        write("conf.d/10.properties", "p.level = 2\np.word = ten");
        write("conf.d/ignored.txt", "p.level = x");
        const auto read = readSettings(main, {{"p.file", "set"}});
        CPPUNIT_ASSERT(read.problems.empty());
        CPPUNIT_ASSERT_EQUAL(std::string("3"), read.settings.at("p.level").raw);
        CPPUNIT_ASSERT_EQUAL(std::string("ten"), read.settings.at("p.word").raw);
        CPPUNIT_ASSERT_EQUAL(std::string("command line (--set)"),
                             read.settings.at("p.file").origin.toString());
        CPPUNIT_ASSERT(read.settings.at("p.word").origin.toString().ends_with("conf.d/10.properties:2"));
        CPPUNIT_ASSERT(!readSettings(main, {{"p.file", "a"}, {"p.file", "b"}}).problems.empty());
    }

    void variablesAndKeysAreExpanded()
    {
        ::setenv("WAYMARK_TEST_VARIABLE", "from ${p.word}", 1);
        const auto read = readSettings({}, {{"p.word", "w"},
                                            {"a", "[${p.word}${b}]"},
                                            {"b", "<${p.word}>"},
                                            {"e", "${system.env.WAYMARK_TEST_VARIABLE}"}});
        CPPUNIT_ASSERT(read.problems.empty());
        CPPUNIT_ASSERT_EQUAL(std::string("[w<w>]"), read.settings.at("a").raw);
        CPPUNIT_ASSERT_EQUAL(std::string("from ${p.word}"), read.settings.at("e").raw);
    }

    void whatCannotBeExpandedIsAProblem()
    {
        const auto read = readSettings({}, {{"a", "${b}"},
                                            {"b", "${a}"},
                                            {"c", "${nothing}"},
                                            {"d", "${open"},
                                            {"e", "${system.env.WAYMARK_TEST_UNSET}"}});
        for (const char* part :
             {"b: ${a}: the keys refer to each other in a circle", "c: ${nothing}: no such key",
              "d: '${' has no matching", "e: ${system.env.WAYMARK_TEST_UNSET}: the environment"})
            CPPUNIT_ASSERT_MESSAGE(part, mentions(read.problems, part));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, read.problems.size());
        CPPUNIT_ASSERT(read.settings.at("a").isBroken);
        CPPUNIT_ASSERT(mentions(readSettings({}, {{"a", "${b}"}, {"b", "${x}"}, {"c", "${b}"}}).problems,
                                "b: ${x}: no such key"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1},
                             readSettings({}, {{"a", "${b}"}, {"b", "${x}"}, {"c", "${b}"}}).problems.size());
    }

    void missingFileIsAProblem()
    {
        CPPUNIT_ASSERT(mentions(readSettings(_folder.path() / "none", {}).problems, "none: cannot be read"));
        CPPUNIT_ASSERT(mentions(readSettings(_folder.path(), {}).problems, "cannot be read"));
        CPPUNIT_ASSERT(!readSettings(_folder.path() / "none", {}).isComplete);
        CPPUNIT_ASSERT(!readSettings(write("broken.properties", "a = \xff"), {}).isComplete);
        CPPUNIT_ASSERT(readSettings({}, {}).isComplete);
    }

    void pathsFollowTheFileThatNamesThem()
    {
        const auto main = write("main.properties", "p.file = ../x.db");
        const auto configuration = checked(readSettings(main, {}).settings);
        CPPUNIT_ASSERT_EQUAL((_folder.path().parent_path() / "x.db").string(),
                             configuration.view("p").path("file").string());
        CPPUNIT_ASSERT_EQUAL(std::string("/state/data.db"), from({}).view("p").path("file").string());
    }

    void unknownKeysGetASuggestion()
    {
        const auto configuration = from({{"p.levle", "1"}, {"q.level", "1"}, {"lonely", "1"}});
        CPPUNIT_ASSERT(mentions(configuration.problems(), "p.levle: no such key; did you mean p.level?"));
        CPPUNIT_ASSERT(mentions(configuration.problems(), "no plugin of the name 'q'"));
        CPPUNIT_ASSERT(
            mentions(configuration.problems(), "command line (--set): lonely: no such key: every key is "));
        CPPUNIT_ASSERT(!mentions(configuration.problems(), "of the name ''"));
    }

    void keysOfIdlePluginsAreWarnings()
    {
        const auto configuration = from({{"idle.anything", "1"}});
        CPPUNIT_ASSERT(configuration.problems().empty());
        CPPUNIT_ASSERT(mentions(configuration.warnings(), "idle.anything: has no effect"));
    }

    void requiredKeysMustBeThere()
    {
        Configuration configuration{Settings{}};
        configuration.addSection({"p", "P", {plugin::Option::text("must").required().help("needed")}});
        CPPUNIT_ASSERT(mentions(configuration.problems(), "p.must: is missing: needed"));
    }

    void changesAreToldApartByReloadability()
    {
        const auto before = from({{"p.level", "5"}, {"p.names.a", "1"}, {"p.word", "x"}});
        const auto after = from({{"p.names.a", "2"}, {"p.word", "y"}, {"p.file", "/state/data.db"}});
        CPPUNIT_ASSERT((after.changedKeys(before, true) == std::vector<std::string>{"p.names"}));
        CPPUNIT_ASSERT((after.changedKeys(before, false) == std::vector<std::string>{"p.word"}));
    }

    void printedValuesAreReadBackTheSame()
    {
        const auto before = from({{"p.level", "7"}, {"p.names.a", "1"}, {"p.file", "here.db"}});
        std::ostringstream printed;
        printEffective(before, printed);
        const auto after = checked(readSettings(write("printed.properties", printed.str()), {}).settings);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, after.problems().size());
        CPPUNIT_ASSERT(after.changedKeys(before, true).empty());
        CPPUNIT_ASSERT(after.changedKeys(before, false).empty());
        std::ostringstream defaults;
        printDefaults(before, defaults);
        CPPUNIT_ASSERT(defaults.str().find("\n# a level\n# integer 0..10; reloadable\n#p.level = 5\n") !=
                       std::string::npos);
    }

    void printedDefaultsAreAConfiguration()
    {
        write("sub/plugins.properties", "");
        const auto main = write("sub/main.properties",
                                "waymark.plugins = a, b:./b.so, c:d\nwaymark.plugin-path = here, /there\n");
        const auto host = [](Settings settings) {
            Configuration configuration(std::move(settings));
            configuration.addSection({"waymark", "Host", hostSchema()});
            configuration.checkUnknown();
            return configuration;
        };
        for (const auto print : {printDefaults, printEffective}) {
            std::ostringstream printed;
            print(host(readSettings(main, {}).settings), printed);
            const auto again = host(readSettings(write("printed.properties", printed.str()), {}).settings);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(printed.str(), std::size_t{0}, again.problems().size());
            const std::string folder = (_folder.path() / "sub").string();
            CPPUNIT_ASSERT_EQUAL("a, b:" + folder + "/b.so, c:d", again.given("waymark.plugins")->raw);
            CPPUNIT_ASSERT_EQUAL(folder + "/here, /there", again.given("waymark.plugin-path")->raw);
        }
    }

    void secretsAreNeverPrinted()
    {
        const auto configuration = from({{"p.token", "hunter2"}});
        std::ostringstream printed;
        printEffective(configuration, printed);
        printDefaults(configuration, printed);
        printMarkdown(configuration, printed);
        printJsonSchema(configuration, printed);
        CPPUNIT_ASSERT(printed.str().find("hunter2") == std::string::npos);
        CPPUNIT_ASSERT(printed.str().find("p.token = ***") != std::string::npos);
    }

    void jsonSchemaIsJson()
    {
        std::ostringstream printed;
        printJsonSchema(from({}), printed);
        Poco::JSON::Parser parser;
        const auto object = parser.parse(printed.str()).extract<Poco::JSON::Object::Ptr>();
        const auto level = object->getObject("properties")->getObject("p.level");
        CPPUNIT_ASSERT_EQUAL(10, level->getValue<int>("maximum"));
        CPPUNIT_ASSERT(object->getObject("patternProperties")->has("^p\\.names\\..+$"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConfigurationTest);

} // namespace waymark::host
