#include "host/PluginHost.h"

#include "base/ThreadTimers.h"
#include "host/tests/HostFixture.h"

#include <Poco/StreamChannel.h>
#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <fstream>
#include <latch>
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

class PluginHostTest : public HostFixture
{
    CPPUNIT_TEST_SUITE(PluginHostTest);
    CPPUNIT_TEST(eachPhaseRunsForAllPluginsInOrderOfNeeds);
    CPPUNIT_TEST(wantsOrderButDoNotBind);
    CPPUNIT_TEST(servicesComeFromTheirProviders);
    CPPUNIT_TEST(manyServicesHaveSeveralProviders);
    CPPUNIT_TEST(undeclaredLookUpIsRefused);
    CPPUNIT_TEST(failedStartStopsWhatHadStarted);
    CPPUNIT_TEST(wrongKeyFileEndsTheStart);
    CPPUNIT_TEST(failedStartIsLoggedBeforeTheStop);
    CPPUNIT_TEST(hangingStopIsNoticed);
    CPPUNIT_TEST(twoHostsLiveInOneProcess);
    CPPUNIT_TEST(healthOfEachPluginIsReported);
    CPPUNIT_TEST(hostIsUnhealthyWhileItStartsAndStops);
    CPPUNIT_TEST(noTimerRunsAfterStop);
    CPPUNIT_TEST(pluginMayReplaceTheNodeStore);
    CPPUNIT_TEST(throwingTimerIsLoggedAndCounted);
    CPPUNIT_TEST_SUITE_END();

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
        CPPUNIT_ASSERT_EQUAL(
            0.0, host.service<observe::MetricRegistry>().value("waymark_timers_failed_total").value());
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
            throw plugin::StartError(ExitCode::unavailable, "127.0.0.1:1 is in use by another program");
        };
        _plugins->add("d");
        PluginHost host(options("a, b, c, d"));
        const auto [code, text] = failureOf(host);
        CPPUNIT_ASSERT(code == ExitCode::unavailable);
        assertContains(text, "plugin c (linked-in c): start failed: 127.0.0.1:1 is in use");
        auto& journal = ScriptedPlugins::journal();
        CPPUNIT_ASSERT((std::vector<std::string>(journal.end() - 2, journal.end()) ==
                        std::vector<std::string>{"b.stop", "a.stop"}));
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
        assertContains(text, "command line (--set): node.key: key file " + file.string());
        CPPUNIT_ASSERT(std::ranges::find(ScriptedPlugins::journal(), "a.start") ==
                       ScriptedPlugins::journal().end());
    }

    void failedStartIsLoggedBeforeTheStop()
    {
        _plugins->add("a");
        _plugins->add("b").start = [] {
            throw plugin::StartError(ExitCode::unavailable, "127.0.0.1:1 is taken");
        };
        PluginHost host(options("a, b"));
        failureOf(host);
        const std::string log = _log.str();
        const std::size_t refused =
            log.find("Z error   host host.refused: plugin b (linked-in b): start failed: "
                     "127.0.0.1:1 is taken code=69\n");
        CPPUNIT_ASSERT_MESSAGE(log, refused != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(log, refused < log.find("host.stopped"));
        PluginHost again(options("a"));
        again.load();
        again.start(); // the failed one let go of the state directory
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
        const std::string otherState = (_folder.path() / "other-state").string();
        auto second = options("a");
        second.overrides = {
            {"waymark.plugins", "b"}, {"waymark.log.format", "json"}, {"waymark.state-dir", otherState}};
        second.logSink = new Poco::StreamChannel(otherLog);
        PluginHost one(first);
        PluginHost two(second);
        one.load();
        two.load();
        one.start();
        two.start();
        CPPUNIT_ASSERT(one.service<node::LocalNode>().key() != two.service<node::LocalNode>().key());
        one.service<observe::MetricRegistry>().counter("only_here_total", "").increment();
        CPPUNIT_ASSERT(!two.service<observe::MetricRegistry>().value("only_here_total"));
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

    void hostIsUnhealthyWhileItStartsAndStops()
    {
        const observe::HealthRegistry* health = nullptr;
        std::vector<std::string> reasons;
        const auto note = [&] {
            for (const auto& entry : health->report())
                reasons.push_back(entry.name + ' ' + entry.health.reason);
        };
        auto& asked = _plugins->add("a");
        asked.wire = [&](const plugin::Services& services) {
            health = &services.get<observe::HealthRegistry>();
        };
        asked.start = note;
        asked.stop = note;
        PluginHost host(options("a"));
        host.load();
        host.start();
        host.stop();
        const std::vector<std::string> expected{"host it is starting", "host it is stopping"};
        CPPUNIT_ASSERT(expected == reasons);
    }

    void throwingTimerIsLoggedAndCounted()
    {
        Timers* timers = nullptr;
        _plugins->add("a").provide = [&](plugin::Services& services) {
            timers = &services.get<Timers>();
        };
        PluginHost host(options("a"));
        host.load();
        host.start();
        std::latch done(1);
        const auto broken = timers->after(Duration::zero(), [] { throw std::runtime_error("broken"); });
        const auto other = timers->after(std::chrono::milliseconds(1), [&] { done.count_down(); });
        done.wait();
        CPPUNIT_ASSERT_EQUAL(
            1.0, host.service<observe::MetricRegistry>().value("waymark_timers_failed_total").value());
        host.stop();
        assertContains(_log.str(), "timers.function_failed: ");
        assertContains(_log.str(), " error=broken");
    }

    void noTimerRunsAfterStop()
    {
        _plugins->add("any");
        PluginHost host(options("any"));
        host.load();
        host.start();
        std::atomic<int> runs{0};
        std::latch ran(1);
        const auto repeating = host.service<Timers>().every(std::chrono::milliseconds(1), [&] {
            if (runs++ == 0)
                ran.count_down();
        });
        ran.wait();
        host.stop();
        const int before = runs;
        // Time for others is time for them.
        ThreadTimers others;
        std::latch later(1);
        const auto after = others.after(std::chrono::milliseconds(50), [&] { later.count_down(); });
        later.wait();
        CPPUNIT_ASSERT_EQUAL(before, runs.load());
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
