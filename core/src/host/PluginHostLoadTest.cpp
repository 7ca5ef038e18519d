#include "host/tests/HostFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <filesystem>

namespace waymark::host
{

using plugin::ExitCode;

class PluginHostLoadTest : public HostFixture
{
    CPPUNIT_TEST_SUITE(PluginHostLoadTest);
    CPPUNIT_TEST(everyRejectionOfEveryPluginIsReported);
    CPPUNIT_TEST(missingPluginHidesNoOtherProblem);
    CPPUNIT_TEST(keysOfAMisspeltPluginAreChecked);
    CPPUNIT_TEST(missingPluginMayBeTheOneThatIsNeeded);
    CPPUNIT_TEST(whatSeveralLackIsToldOnce);
    CPPUNIT_TEST(pluginsThatDoNotGoTogetherRunNoCode);
    CPPUNIT_TEST(brokenReferenceIsReportedOnce);
    CPPUNIT_TEST(unreadableFileIsTheOnlyProblem);
    CPPUNIT_TEST(installedPluginsAreLoadedWhereNoneAreNamed);
    CPPUNIT_TEST(checkingWritesNothing);
    CPPUNIT_TEST(hostWithoutPluginsIsRefused);
    CPPUNIT_TEST(pluginThatIsNowhereTellsWhereToLook);
    CPPUNIT_TEST(listWithoutCommasSaysWhatIsMissing);
    CPPUNIT_TEST(levelsOfNobodyAreRefused);
    CPPUNIT_TEST(levelsOfIdlePluginsAreWarnings);
    CPPUNIT_TEST(twoOfOnePluginListenApart);
    CPPUNIT_TEST_SUITE_END();

    void everyRejectionOfEveryPluginIsReported()
    {
        for (const char* name : {"a", "b"}) {
            auto& script = _plugins->add(name);
            script.schema = plugin::ConfigSchema{plugin::Option::integer("x", 0, 9).defaultsTo("1")};
            script.configure = [](const plugin::ConfigView& config) {
                config.reject("x", "does not fit");
            };
        }
        PluginHost host(options("a, b", "a.x = 5\n"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text, "host.properties:4: a.x: does not fit");
        assertContains(text, "b.x: does not fit");
    }

    void missingPluginHidesNoOtherProblem()
    {
        for (const char* name : {"a", "b"}) {
            auto& script = _plugins->add(name);
            script.schema = plugin::ConfigSchema{plugin::Option::integer("x", 0, 9).defaultsTo("1")};
            script.configure = [](const plugin::ConfigView& config) {
                config.reject("x", "does not fit");
            };
        }
        PluginHost host(options("b, a, mispelt", "b.x = 5\na.x = 50\na.y = 1\n"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        std::size_t last = 0;
        for (const char* part : {"there is no mispelt.so", "host.properties:4: b.x: does not fit",
                                 "host.properties:5: a.x: '50'", "host.properties:6: a.y: no such key"}) {
            assertContains(text, part);
            CPPUNIT_ASSERT_MESSAGE(text, text.find(part) >= last);
            last = text.find(part);
        }
        CPPUNIT_ASSERT_MESSAGE(text, text.find("a.x: does not fit") == std::string::npos);
    }

    void keysOfAMisspeltPluginAreChecked()
    {
        _plugins->add("talker").schema =
            plugin::ConfigSchema{plugin::Option::integer("level", 0, 9).defaultsTo("1")};
        PluginHost host(options("taklre", "taklre.level = 10\ntalker.leevl = 1\n"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text, "did you mean talker?");
        assertContains(text, "host.properties:4: taklre.level: '10' is out of range");
        assertContains(text, "host.properties:5: talker.leevl: no such key");
        CPPUNIT_ASSERT(std::ranges::find(ScriptedPlugins::journal(), "talker.configure") ==
                       ScriptedPlugins::journal().end());
    }

    void missingPluginMayBeTheOneThatIsNeeded()
    {
        _plugins->add("user").needs("peer-registry");
        PluginHost host(options("user, registry-mispelt"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text, "there is no registry-mispelt.so");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, std::string::npos, text.find("needs service"));
    }

    void whatSeveralLackIsToldOnce()
    {
        _plugins->add("one").needs("test-rows");
        _plugins->add("two").needs("test-rows");
        _plugins->add("rows").provides("test-rows");
        PluginHost host(options("one, two"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text, "plugin one (linked-in one) and plugin two (linked-in two) need service "
                             "test-rows, which no loaded plugin provides; add this to waymark.plugins: "
                             "rows");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, text.find("test-rows"), text.rfind("test-rows"));
    }

    void pluginsThatDoNotGoTogetherRunNoCode()
    {
        _plugins->add("a").provides("test-a").needs("test-b");
        _plugins->add("b").provides("test-b").needs("test-a");
        {
            PluginHost host(options("a, b, mispelt", "a.x = 1\n"));
            const auto [code, text] = failureOf(host);
            CPPUNIT_ASSERT(code == ExitCode::configuration);
            assertContains(text, "in a circle");
            assertContains(text, "there is no mispelt.so");
        }
        CPPUNIT_ASSERT(ScriptedPlugins::journal().empty()); // not even destroyed: they were never made
    }

    void brokenReferenceIsReportedOnce()
    {
        auto& script = _plugins->add("a");
        script.schema = plugin::ConfigSchema{plugin::Option::integer("x", 0, 9).defaultsTo("1"),
                                             plugin::Option::integer("y", 0, 9).defaultsTo("1")};
        PluginHost host(options("a", "a.x = ${nowhere}\na.y = ${a.x}\n"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text, "host.properties:4: a.x: ${nowhere}: no such key is set");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, std::string::npos, text.find('\n'));
        CPPUNIT_ASSERT(std::ranges::find(ScriptedPlugins::journal(), "a.configure") ==
                       ScriptedPlugins::journal().end());
    }

    void unreadableFileIsTheOnlyProblem()
    {
        auto made = options("a");
        made.configFile = _folder.path() / "nowhere.properties";
        PluginHost host(made);
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        CPPUNIT_ASSERT_EQUAL(made.configFile.string() + ": cannot be read: No such file or directory", text);
    }

    void hostWithoutPluginsIsRefused()
    {
        _plugins->add("a");
        PluginHost host(options(""));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text, "host.properties:1: waymark.plugins: names no plugin");
        assertContains(text, "installed are ");
    }

    void pluginThatIsNowhereTellsWhereToLook()
    {
        auto made = options("zzzzzz");
        made.pluginPath = {_folder.path()};
        PluginHost host(made);
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text, "there is no zzzzzz.so in " + _folder.path().string());
        assertContains(text, "--plugin-path or waymark.plugin-path names another folder");
    }

    void listWithoutCommasSaysWhatIsMissing()
    {
        _plugins->add("a");
        PluginHost host(options("a b"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text, "'a b'");
        assertContains(text, "separated by commas");
    }

    void levelsOfNobodyAreRefused()
    {
        _plugins->add("alpha");
        PluginHost host(options("alpha", "waymark.log.level = info,aplha=debug,host=error\n"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text,
                       "host.properties:4: waymark.log.level: nothing logs as 'aplha', only host, alpha; "
                       "did you mean alpha?");
    }

    void levelsOfIdlePluginsAreWarnings()
    {
        _plugins->add("alpha");
        _plugins->add("beta");
        PluginHost host(options("alpha", "waymark.log.level = info,beta=debug\n"));
        host.load();
        assertContains(_log.str(), "the level of beta has no effect");
    }

    void twoOfOnePluginListenApart()
    {
        auto& script = _plugins->add("talk");
        script.schema = plugin::ConfigSchema{plugin::Option::text("listen").defaultsTo("0.0.0.0:30303")};
        {
            PluginHost host(options("one:talk, two:talk", "two.listen = 127.0.0.1:30303, 0.0.0.0:30303\n"));
            const auto [code, text] = failureOf(host);
            CPPUNIT_ASSERT(code == ExitCode::configuration);
            CPPUNIT_ASSERT_EQUAL(_folder.path().string() +
                                     "/host.properties:4: two.listen: 0.0.0.0:30303 is where one, the same "
                                     "plugin, listens; give one of them another port",
                                 text);
        }
        for (const char* apart : {"two.listen = 0.0.0.0:30304\n", "two.listen = 127.0.0.1:30303\n",
                                  "one.listen = 0.0.0.0:0\ntwo.listen = 0.0.0.0:0\n"}) {
            PluginHost host(options("one:talk, two:talk", apart));
            host.load();
        }
    }

    void installedPluginsAreLoadedWhereNoneAreNamed()
    {
        _plugins->add("one").provides("peer-registry");
        _plugins->add("two").provides("peer-registry");
        _plugins->add("user").needs("peer-registry");
        auto made = options("one");
        made.configFile.clear();
        made.pluginPath = {_folder.path()};
        made.overrides = {{"waymark.plugin-path", _folder.path().string()}};
        PluginHost host(made);
        CPPUNIT_ASSERT_THROW(host.load(), HostError);
        PluginHost other(made);
        other.loadInstalled();
        const auto names = other.instances();
        CPPUNIT_ASSERT(std::ranges::find(names, "one") != names.end());
        CPPUNIT_ASSERT(std::ranges::find(names, "two") == names.end());
        CPPUNIT_ASSERT(std::ranges::find(names, "user") != names.end());
    }

    void checkingWritesNothing()
    {
        _plugins->add("a");
        auto made = options("a");
        made.overrides = {{"node.key", "new.key"}};
        PluginHost host(made);
        host.load();
        CPPUNIT_ASSERT(!std::filesystem::exists(_folder.path() / "state"));
        CPPUNIT_ASSERT(!std::filesystem::exists("new.key"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PluginHostLoadTest);

} // namespace waymark::host
