#include "host/tests/HostFixture.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::host
{

class PluginHostReloadTest : public HostFixture
{
    CPPUNIT_TEST_SUITE(PluginHostReloadTest);
    CPPUNIT_TEST(reloadCommitsEverywhere);
    CPPUNIT_TEST(reloadIsAllOrNothing);
    CPPUNIT_TEST(reloadRefusesFixedKeysByName);
    CPPUNIT_TEST(reloadRefusesABrokenFile);
    CPPUNIT_TEST(reloadWithoutTheFileSaysSoOnce);
    CPPUNIT_TEST(refusalSaysWhatAndThatNothingChanged);
    CPPUNIT_TEST(reloadChangesTheIdentity);
    CPPUNIT_TEST(reloadThatQuietensTheLogIsTheLastOfIt);
    CPPUNIT_TEST(reloadRefusesSourcesThatNobodyLogsAs);
    CPPUNIT_TEST_SUITE_END();

    /// Two plugins with a key that may change; the value that each committed last.
    struct Reloading
    {
        std::int64_t first = 0;
        std::int64_t second = 0;
        bool secondRefuses = false;
    };

    void addReloading(Reloading& state)
    {
        const auto add = [&](const char* name, std::int64_t& value, const bool* refuses) {
            auto& script = _plugins->add(name);
            script.schema =
                plugin::ConfigSchema{plugin::Option::integer("x", 0, 9).defaultsTo("1").reloadable(),
                                     plugin::Option::text("fixed").defaultsTo("f")};
            script.reload = [&value, refuses](const plugin::ConfigView& config) {
                if (refuses != nullptr && *refuses)
                    return plugin::ReloadPlan::refuse("not now");
                return plugin::ReloadPlan::accept([&value, x = config.integer("x")] { value = x; });
            };
        };
        add("first", state.first, nullptr);
        add("second", state.second, &state.secondRefuses);
    }

    void reloadCommitsEverywhere()
    {
        Reloading state;
        addReloading(state);
        PluginHost host(options("first, second"));
        host.load();
        host.start();
        options("first, second", "first.x = 7\nsecond.x = 8\nwaymark.log.level = error\n");
        CPPUNIT_ASSERT(host.reload());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{7}, state.first);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{8}, state.second);
        CPPUNIT_ASSERT(!host.log().enabled(observe::LogLevel::info));
    }

    void reloadIsAllOrNothing()
    {
        Reloading state;
        addReloading(state);
        PluginHost host(options("first, second"));
        host.load();
        host.start();
        state.secondRefuses = true;
        options("first, second", "first.x = 7\n");
        CPPUNIT_ASSERT(!host.reload());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, state.first);
        assertContains(_log.str(), "refuses: not now");
        state.secondRefuses = false;
        CPPUNIT_ASSERT(host.reload());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{7}, state.first);
    }

    void reloadRefusesFixedKeysByName()
    {
        Reloading state;
        addReloading(state);
        PluginHost host(options("first, second"));
        host.load();
        host.start();
        options("first", "second.fixed = g\nfirst.x = 7\n");
        CPPUNIT_ASSERT(!host.reload());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, state.first);
        assertContains(_log.str(), "key=second.fixed");
        assertContains(_log.str(), "key=waymark.plugins");
    }

    void reloadRefusesABrokenFile()
    {
        Reloading state;
        addReloading(state);
        PluginHost host(options("first, second"));
        host.load();
        host.start();
        options("first, second", "first.x = 70\nfirst.y = 7\n");
        CPPUNIT_ASSERT(!host.reload());
        assertContains(_log.str(), "out of range");
        assertContains(_log.str(), "key=first.y");
        CPPUNIT_ASSERT(std::ranges::find(ScriptedPlugins::journal(), "first.reload") ==
                       ScriptedPlugins::journal().end());
    }

    static std::size_t count(const std::string& text, const std::string& part)
    {
        std::size_t times = 0;
        for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
            ++times;
        return times;
    }

    void reloadWithoutTheFileSaysSoOnce()
    {
        _plugins->add("a");
        const auto made = options("a");
        PluginHost host(made);
        host.load();
        host.start();
        std::filesystem::remove(made.configFile);
        CPPUNIT_ASSERT(!host.reload());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_log.str(), std::size_t{1}, count(_log.str(), "config.problem"));
        assertContains(_log.str(),
                       "config.problem: " + made.configFile.string() + ": cannot be read: No such");
        assertContains(_log.str(), "problems=1");
    }

    void refusalSaysWhatAndThatNothingChanged()
    {
        Reloading state;
        addReloading(state);
        auto& third = _plugins->add("third");
        third.schema = plugin::ConfigSchema{plugin::Option::integer("x", 0, 9).defaultsTo("1").reloadable()};
        third.reload = [](const plugin::ConfigView& config) {
            config.reject("x", "does not fit");
            return plugin::ReloadPlan::nothing();
        };
        PluginHost host(options("first, second, third", "first.fixed = g\n"));
        host.load();
        host.start();
        options("first, second, third", "first.fixed = h\n");
        CPPUNIT_ASSERT(!host.reload());
        assertContains(_log.str(), "config.problem: first.fixed: cannot be changed while the daemon runs");
        options("first, second, third", "third.x = 3\nfirst.fixed = g\n");
        state.secondRefuses = true;
        CPPUNIT_ASSERT(!host.reload());
        assertContains(_log.str(), "config.problem: third.x: does not fit where=");
        assertContains(_log.str(), "host.properties:4 key=third.x\n");
        assertContains(_log.str(), "nothing was changed, the configuration of before stays in force");
        CPPUNIT_ASSERT_MESSAGE(_log.str(), _log.str().find("=\"\"") == std::string::npos);
    }

    void reloadChangesTheIdentity()
    {
        _plugins->add("a");
        PluginHost host(options("a"));
        host.load();
        host.start();
        auto& node = host.service<node::LocalNode>();
        node.bound({node::IpAddress::v4(127, 0, 0, 1), 30303});
        options("a", "node.external-ip = 8.8.4.4\nnode.enr.eth = c0\n");
        CPPUNIT_ASSERT(host.reload());
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), node.advertised()->ip.toString());
        const std::string told = _log.str().substr(_log.str().rfind("node.identity"));
        assertContains(told, "@8.8.4.4:30303");
        CPPUNIT_ASSERT(node.record()->entry("eth"));
        options("a", "node.enr.big = b8f0" + std::string(480, '0') + "\n");
        CPPUNIT_ASSERT(!host.reload());
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), node.advertised()->ip.toString());
    }

    void reloadThatQuietensTheLogIsTheLastOfIt()
    {
        _plugins->add("a");
        PluginHost host(options("a"));
        host.load();
        host.start();
        options("a", "waymark.log.level = warning\n");
        CPPUNIT_ASSERT(host.reload());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count(_log.str(), "config.reloaded"));
        assertContains(_log.str(), "changed=waymark.log.level");
        options("a");
        CPPUNIT_ASSERT(host.reload());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, count(_log.str(), "config.reloaded"));
    }

    void reloadRefusesSourcesThatNobodyLogsAs()
    {
        _plugins->add("a");
        PluginHost host(options("a"));
        host.load();
        host.start();
        options("a", "waymark.log.level = info,hots=debug\n");
        CPPUNIT_ASSERT(!host.reload());
        assertContains(_log.str(), "did you mean host?");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PluginHostReloadTest);

} // namespace waymark::host
