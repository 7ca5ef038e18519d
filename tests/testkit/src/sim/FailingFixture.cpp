#include <waymark/testkit/sim/ReproducibleRun.h>
#include <waymark/testkit/sim/Simulation.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::testkit::sim
{

/// Fails, as a program of its own, so that a test can see what its run says then.
class FailingFixture : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FailingFixture);
    CPPUNIT_TEST(fails);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::uint64_t seed = 4711;

    ReproducibleRun _run{seed};
    Simulation _simulation{_run};
    ReproducibleRun _idle{seed + 1};
    Simulation _never{_idle};

    void fails()
    {
        _simulation.advance(std::chrono::seconds(1));
        CPPUNIT_FAIL("as it should");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FailingFixture);

} // namespace waymark::testkit::sim
