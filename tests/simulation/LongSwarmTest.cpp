#include "Swarm.h"

#include <waymark/testkit/sim/ReproducibleRun.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <ctime>
#include <iostream>

namespace waymark::discv4::simulation
{

using namespace std::chrono_literals;
using testkit::sim::ReproducibleRun;
using testkit::sim::Simulation;

/// Runs that take tens of seconds. Each says how much faster than life it was.
class LongSwarmTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LongSwarmTest);
    CPPUNIT_TEST(aThousandNodesFindEachOther);
    CPPUNIT_TEST(anHourKeepsTheSwarmWhole);
    CPPUNIT_TEST(realSignaturesMakeTheSameSwarm);
    CPPUNIT_TEST_SUITE_END();

public:
    void aThousandNodesFindEachOther() { check({.nodes = 1'000}, 2min, 0.85); }
    void anHourKeepsTheSwarmWhole() { check({.nodes = 100}, 1h, 0.98); }
    void realSignaturesMakeTheSameSwarm()
    {
        check({.nodes = 60, .signatures = Signatures::real}, 5min, 0.98);
    }

private:
    static void check(const Swarm::Settings& settings, Duration duration, double quality)
    {
        const ReproducibleRun run;
        Simulation simulation(run);
        Swarm swarm(simulation, settings);
        const std::clock_t begun = std::clock();
        simulation.advance(duration);
        const double seconds = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
        const double found = swarm.lookupQuality(100);
        std::cout << settings.nodes << " nodes, " << std::chrono::duration<double>(duration).count()
                  << " virtual s in " << seconds << " processor s, " << swarm.network().counts().sent
                  << " datagrams, nearest found " << found << '\n';
        CPPUNIT_ASSERT(found >= quality);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LongSwarmTest);

} // namespace waymark::discv4::simulation
