#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/sim/ReproducibleRun.h>
#include <waymark/testkit/sim/SimClock.h>
#include <waymark/testkit/sim/SimTimers.h>
#include <waymark/testkit/sim/Simulation.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace waymark::testkit::sim
{

using namespace std::chrono_literals;

/// Virtual time, timers, seeds.
class SimulationTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SimulationTest);
    CPPUNIT_TEST(runsTimersInOrderOfTimeThenOfSetting);
    CPPUNIT_TEST(endsTimersWithTheirSubscription);
    CPPUNIT_TEST(letsTimersEndThemselves);
    CPPUNIT_TEST(outlivesItsTimers);
    CPPUNIT_TEST(refusesIntervalsInWhichNoTimePasses);
    CPPUNIT_TEST(skewsWallClocksOnly);
    CPPUNIT_TEST(stopsWhenSomethingHolds);
    CPPUNIT_TEST(givesEachStreamItsOwnNumbers);
    CPPUNIT_TEST(takesTheSeedFromTheEnvironment);
    CPPUNIT_TEST(saysHowToRepeatAFailure);
    CPPUNIT_TEST(writesTheTraceToAFile);
    CPPUNIT_TEST_SUITE_END();

public:
    void tearDown() override
    {
        ::unsetenv("WAYMARK_SIM_SEED");
        ::unsetenv("WAYMARK_SIM_TRACE");
    }

    void runsTimersInOrderOfTimeThenOfSetting()
    {
        SimTimers other(_simulation.events());
        std::string order;
        const auto late = _timers.after(2s, [&] { order += 'd'; });
        const auto first = _timers.after(1s, [&] { order += 'a'; });
        const auto second = other.after(1s, [&] { order += 'b'; });
        const auto third = _timers.after(1s, [&] { order += 'c'; });
        _simulation.advance(2s);
        CPPUNIT_ASSERT_EQUAL(std::string("abcd"), order);
    }

    void endsTimersWithTheirSubscription()
    {
        int runs = 0;
        auto timer = _timers.every(100ms, [&] { ++runs; });
        _simulation.advance(1s);
        CPPUNIT_ASSERT_EQUAL(10, runs);
        timer.reset();
        // The place of the first one is used again; its event, still in the queue, means nothing to it.
        const auto next = _timers.after(1s, [&] { runs += 100; });
        _simulation.advance(999ms);
        CPPUNIT_ASSERT_EQUAL(10, runs);
        _simulation.advance(1ms);
        CPPUNIT_ASSERT_EQUAL(110, runs);
    }

    void letsTimersEndThemselves()
    {
        Subscription timer;
        int runs = 0;
        timer = _timers.every(1s, [&] {
            if (++runs == 3)
                timer.reset();
        });
        _simulation.advance(10s);
        CPPUNIT_ASSERT_EQUAL(3, runs);
    }

    void outlivesItsTimers()
    {
        Subscription timer;
        {
            SimTimers brief(_simulation.events());
            timer = brief.every(1s, [] { CPPUNIT_FAIL("the timers are gone"); });
        }
        _simulation.advance(2s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _simulation.events().size());
        timer.reset();
    }

    void refusesIntervalsInWhichNoTimePasses()
    {
        CPPUNIT_ASSERT_THROW(static_cast<void>(_timers.every(0s, [] {})), std::invalid_argument);
    }

    void skewsWallClocksOnly()
    {
        SimClock exact(_simulation.events());
        SimClock fast(_simulation.events());
        fast.setOffset(90s);
        _simulation.advance(1h);
        CPPUNIT_ASSERT(exact.now() == fast.now());
        CPPUNIT_ASSERT(fast.wallNow() - exact.wallNow() == 90s);
        CPPUNIT_ASSERT_EQUAL(exact.unixSeconds() + 90, fast.unixSeconds());
    }

    void stopsWhenSomethingHolds()
    {
        int runs = 0;
        const auto timer = _timers.every(1s, [&] { ++runs; });
        CPPUNIT_ASSERT(_simulation.advanceUntil([&] { return runs == 3; }, 10s));
        CPPUNIT_ASSERT(_simulation.now() == 3s);
        CPPUNIT_ASSERT(!_simulation.advanceUntil([&] { return runs == 100; }, 10s));
        CPPUNIT_ASSERT(_simulation.now() == 13s);
    }

    void givesEachStreamItsOwnNumbers()
    {
        SimRandom one = _simulation.random("one");
        SimRandom again = _simulation.random("one");
        SimRandom other = _simulation.random("other");
        const auto first = one.next();
        CPPUNIT_ASSERT_EQUAL(first, again.next());
        CPPUNIT_ASSERT(first != other.next());
        CPPUNIT_ASSERT(first != Simulation(8).random("one").next());
    }

    void takesTheSeedFromTheEnvironment()
    {
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, ReproducibleRun(5).seed());
        ::setenv("WAYMARK_SIM_SEED", "18446744073709551615", 1);
        CPPUNIT_ASSERT_EQUAL(~std::uint64_t{0}, ReproducibleRun(5).seed());
        ::setenv("WAYMARK_SIM_SEED", "random", 1);
        CPPUNIT_ASSERT(ReproducibleRun().seed() != ReproducibleRun().seed());
        ::setenv("WAYMARK_SIM_SEED", "12x", 1);
        CPPUNIT_ASSERT_THROW(ReproducibleRun(5), std::invalid_argument);
    }

    void saysHowToRepeatAFailure()
    {
        std::ostringstream said;
        std::streambuf* const before = std::cerr.rdbuf(said.rdbuf());
        std::string command;
        try {
            const ReproducibleRun run(4711);
            command = run.command();
            throw std::runtime_error("a failed assertion");
        } catch (const std::runtime_error&) {
            std::cerr.rdbuf(before);
        }
        CPPUNIT_ASSERT(said.str().find("seed 4711") != std::string::npos);
        CPPUNIT_ASSERT(said.str().find(command) != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, command.find("WAYMARK_SIM_SEED=4711 "));
        CPPUNIT_ASSERT(command.find("sim-tests") != std::string::npos);
    }

    void writesTheTraceToAFile()
    {
        const TemporaryFolder folder;
        const std::string file = (folder.path() / "trace").string();
        ::setenv("WAYMARK_SIM_TRACE", file.c_str(), 1);
        {
            const ReproducibleRun run;
            Simulation traced(run);
            traced.advance(1500ms);
            traced.trace().note(traced.now(), "halfway");
        }
        std::ifstream written(file);
        std::string line;
        std::getline(written, line);
        CPPUNIT_ASSERT_EQUAL(std::string("      1.500000 halfway"), line);
        ::setenv("WAYMARK_SIM_TRACE", "/nowhere/at/all", 1);
        const ReproducibleRun run;
        CPPUNIT_ASSERT_THROW(Simulation{run}, std::runtime_error);
    }

private:
    Simulation _simulation{7};
    SimTimers _timers{_simulation.events()};
};

CPPUNIT_TEST_SUITE_REGISTRATION(SimulationTest);

} // namespace waymark::testkit::sim
