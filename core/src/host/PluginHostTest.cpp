#include "host/PluginHost.h"

#include "host/ScriptedPlugin.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/StreamChannel.h>
#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <latch>
#include <optional>
#include <sstream>

namespace waymark::host
{

using plugin::ExitCode;

namespace
{

struct Answer
{
    static constexpr const char* serviceId = "test-answer";
    int value = 42;
};

struct Voice
{
    static constexpr const char* serviceId = "test-voice";
    static constexpr bool many = true;
};

} // namespace

class PluginHostTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PluginHostTest);
    CPPUNIT_TEST(eachPhaseRunsForAllPluginsInOrderOfNeeds);
    CPPUNIT_TEST(wantsOrderButDoNotBind);
    CPPUNIT_TEST(servicesComeFromTheirProviders);
    CPPUNIT_TEST(manyServicesHaveSeveralProviders);
    CPPUNIT_TEST(undeclaredLookUpIsRefused);
    CPPUNIT_TEST(failedStartStopsWhatHadStarted);
    CPPUNIT_TEST(everyRejectionOfEveryPluginIsReported);
    CPPUNIT_TEST(wrongKeyFileEndsTheStart);
    CPPUNIT_TEST(checkingWritesNothing);
    CPPUNIT_TEST(reloadCommitsEverywhere);
    CPPUNIT_TEST(reloadIsAllOrNothing);
    CPPUNIT_TEST(reloadRefusesFixedKeysByName);
    CPPUNIT_TEST(reloadRefusesABrokenFile);
    CPPUNIT_TEST(reloadChangesTheIdentity);
    CPPUNIT_TEST(hangingStopIsNoticed);
    CPPUNIT_TEST(twoHostsLiveInOneProcess);
    CPPUNIT_TEST(healthOfEachPluginIsReported);
    CPPUNIT_TEST(pluginMayReplaceTheNodeStore);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    std::optional<ScriptedPlugins> _plugins;
    std::ostringstream _log;

public:
    // Fixtures of all tests are made before the first one runs, but the scripts' slots are there once.
    void setUp() override { _plugins.emplace(); }
    void tearDown() override { _plugins.reset(); }

private:
    HostOptions options(const std::string& plugins, const std::string& more = "")
    {
        const auto file = _folder.path() / "host.properties";
        std::ofstream(file) << "waymark.plugins = " << plugins << "\nwaymark.state-dir = state\n"
                            << "node.key = ephemeral\n"
                            << more;
        HostOptions made;
        made.configFile = file;
        made.linkedPlugins = _plugins->linked();
        made.logSink = new Poco::StreamChannel(_log);
        return made;
    }

    /// The lines and the code of the error that loading and starting ends with.
    static std::pair<ExitCode, std::string> failureOf(PluginHost& host)
    {
        try {
            host.load();
            host.start();
        } catch (const HostError& error) {
            return {error.code(), error.what()};
        }
        CPPUNIT_FAIL("the host started");
        return {};
    }

    static void assertContains(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    void eachPhaseRunsForAllPluginsInOrderOfNeeds()
    {
        Answer answer;
        _plugins->add("user").needs("test-answer");
        auto& giver = _plugins->add("giver").provides("test-answer");
        giver.provide = [&](plugin::Services& services) {
            services.provide(answer);
        };
        {
            PluginHost host(options("user, giver"));
            host.load();
            host.start();
        }
        const std::vector<std::string> expected{"giver.configure", "user.configure", "giver.provide",
                                                "user.provide",    "giver.wire",     "user.wire",
                                                "giver.start",     "user.start",     "user.stop",
                                                "giver.stop",      "user.destroyed", "giver.destroyed"};
        CPPUNIT_ASSERT(ScriptedPlugins::journal() == expected);
    }

    void wantsOrderButDoNotBind()
    {
        Voice voice;
        auto& first = _plugins->add("first").wants("test-voice").wants("nobody-has-it");
        auto& second = _plugins->add("second").provides("test-voice");
        second.provide = [&](plugin::Services& services) {
            services.provide(voice);
        };
        std::size_t voices = 0;
        first.wire = [&](const plugin::Services& services) {
            voices = services.all<Voice>().size();
        };
        PluginHost host(options("first, second"));
        host.load();
        host.start();
        CPPUNIT_ASSERT((host.instances() == std::vector<std::string>{"second", "first"}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, voices);
    }

    void servicesComeFromTheirProviders()
    {
        Answer answer;
        auto& user = _plugins->add("user").needs("test-answer");
        auto& giver = _plugins->add("giver").provides("test-answer");
        giver.provide = [&](plugin::Services& services) {
            CPPUNIT_ASSERT(services.find<Clock>() != nullptr);
            services.provide(answer);
        };
        const Answer* seen = nullptr;
        user.wire = [&](const plugin::Services& services) {
            seen = &services.get<Answer>();
        };
        PluginHost host(options("giver, user"));
        host.load();
        host.start();
        CPPUNIT_ASSERT(seen == &answer);
        CPPUNIT_ASSERT(&host.service<Answer>() == &answer);
        CPPUNIT_ASSERT(host.service<observe::MetricRegistry>().expose().empty());
    }

    void manyServicesHaveSeveralProviders()
    {
        Voice voices[2];
        std::vector<Voice*> heard;
        auto& user = _plugins->add("user").wants("test-voice");
        user.wire = [&](const plugin::Services& services) {
            heard = services.all<Voice>();
        };
        for (int i : {0, 1}) {
            auto& giver = _plugins->add(i == 0 ? "one" : "two").provides("test-voice");
            giver.provide = [&voices, i](plugin::Services& services) {
                services.provide(voices[i]);
            };
        }
        PluginHost host(options("user, two, one"));
        host.load();
        host.start();
        CPPUNIT_ASSERT((heard == std::vector<Voice*>{&voices[1], &voices[0]}));
    }

    void undeclaredLookUpIsRefused()
    {
        Answer answer;
        auto& user = _plugins->add("user");
        user.wire = [](const plugin::Services& services) {
            services.find<Answer>();
        };
        auto& giver = _plugins->add("giver").provides("test-answer");
        giver.provide = [&](plugin::Services& services) {
            services.provide(answer);
        };
        PluginHost host(options("giver, user"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::configuration);
        assertContains(text, "neither needs nor wants");
    }

    void failedStartStopsWhatHadStarted()
    {
        _plugins->add("a");
        _plugins->add("b");
        _plugins->add("c").start = [] {
            throw plugin::StartError(ExitCode::addressInUse, "127.0.0.1:1 is in use by another program");
        };
        _plugins->add("d");
        PluginHost host(options("a, b, c, d"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::addressInUse);
        assertContains(text, "plugin c (linked-in c): start failed: 127.0.0.1:1 is in use");
        auto& journal = ScriptedPlugins::journal();
        CPPUNIT_ASSERT((std::vector<std::string>(journal.end() - 2, journal.end()) ==
                        std::vector<std::string>{"b.stop", "a.stop"}));
    }

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

    void wrongKeyFileEndsTheStart()
    {
        const auto file = _folder.path() / "open.key";
        std::ofstream(file) << std::string(64, '1');
        std::filesystem::permissions(file, std::filesystem::perms(0644));
        _plugins->add("a");
        auto made = options("a");
        made.overrides = {{"node.key", file.string()}};
        PluginHost host(made);
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::keyFile);
        assertContains(text, "chmod");
        assertContains(text, file.string());
        CPPUNIT_ASSERT(std::ranges::find(ScriptedPlugins::journal(), "a.start") ==
                       ScriptedPlugins::journal().end());
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
        CPPUNIT_ASSERT(node.record()->entry("eth"));
        options("a", "node.enr.big = b8f0" + std::string(480, '0') + "\n");
        CPPUNIT_ASSERT(!host.reload());
        CPPUNIT_ASSERT_EQUAL(std::string("8.8.4.4"), node.advertised()->ip.toString());
    }

    void hangingStopIsNoticed()
    {
        std::latch noticed(1);
        std::string who;
        _plugins->add("hangs").stop = [&] {
            noticed.wait();
        };
        auto made = options("hangs", "waymark.stop-timeout = 1s\n");
        made.onHungStop = [&](const std::string& name) {
            who = name;
            noticed.count_down();
        };
        PluginHost host(made);
        host.load();
        host.start();
        host.stop();
        CPPUNIT_ASSERT_EQUAL(std::string("hangs"), who);
        assertContains(_log.str(), "host.stop_hung");
    }

    void twoHostsLiveInOneProcess()
    {
        _plugins->add("a");
        _plugins->add("b");
        std::ostringstream otherLog;
        auto first = options("a");
        first.overrides = {{"waymark.plugins", "a"}};
        auto second = options("a");
        second.overrides = {{"waymark.plugins", "b"}, {"waymark.log.format", "json"}};
        second.logSink = new Poco::StreamChannel(otherLog);
        PluginHost one(first);
        PluginHost two(second);
        one.load();
        two.load();
        one.start();
        two.start();
        CPPUNIT_ASSERT(one.service<node::LocalNode>().key() != two.service<node::LocalNode>().key());
        one.service<observe::MetricRegistry>().counter("only_here_total", "").increment();
        CPPUNIT_ASSERT(two.service<observe::MetricRegistry>().expose().empty());
        one.stop();
        two.stop();
        assertContains(_log.str(), "host host.ready plugins=a ");
        CPPUNIT_ASSERT(_log.str().find("{\"time\"") == std::string::npos);
        assertContains(otherLog.str(), "\"event\":\"host.ready\",\"plugins\":\"b\"");
    }

    void healthOfEachPluginIsReported()
    {
        _plugins->add("a");
        PluginHost host(options("x:a, y:a"));
        host.load();
        host.start();
        const auto report = host.service<observe::HealthRegistry>().report();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, report.size());
        CPPUNIT_ASSERT_EQUAL(std::string("x"), report[0].name);
        CPPUNIT_ASSERT(report[1].health.status == observe::HealthStatus::degraded);
        CPPUNIT_ASSERT(host.silence() < std::chrono::seconds(30));
    }

    void pluginMayReplaceTheNodeStore()
    {
        struct Store final : node::NodeStore
        {
            Result<void> save(const std::vector<node::StoredNode>&) override { return {}; }
            Result<std::vector<node::StoredNode>> load() const override
            {
                return std::vector<node::StoredNode>();
            }
        } store;
        auto& giver = _plugins->add("giver").provides("node-store");
        giver.provide = [&](plugin::Services& services) {
            services.provide<node::NodeStore>(store);
        };
        PluginHost host(options("giver"));
        host.load();
        host.start();
        CPPUNIT_ASSERT(&host.service<node::NodeStore>() == &store);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PluginHostTest);

} // namespace waymark::host
