#include "discv4/Counters.h"

#include <cppunit/extensions/HelperMacros.h>

#include <map>
#include <string>

namespace waymark::bench
{

class CountersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CountersTest);
    CPPUNIT_TEST(sumsAreOfOneMetric);
    CPPUNIT_TEST(growthIsToldByLabel);
    CPPUNIT_TEST_SUITE_END();

    static Counters before()
    {
        return Counters::parse("# HELP drops why\n# TYPE drops counter\n"
                               "drops{reason=\"bad_hash\",worker=\"0\"} 2\n"
                               "drops{reason=\"bad_hash\",worker=\"1\"} 3\n"
                               "drops{reason=\"expired\",worker=\"0\"} 1e3\n"
                               "drops_more 7\n");
    }

public:
    void sumsAreOfOneMetric()
    {
        CPPUNIT_ASSERT_EQUAL(1005.0, before().sum("drops"));
        CPPUNIT_ASSERT_EQUAL(5.0, before().sum("drops", "reason", "bad_hash"));
        CPPUNIT_ASSERT_EQUAL(3.0, before().sum("drops", "worker", "1"));
        CPPUNIT_ASSERT_EQUAL(7.0, before().sum("drops_more"));
        CPPUNIT_ASSERT(before().has("drops_more"));
        CPPUNIT_ASSERT(!before().has("drop"));
    }

    void growthIsToldByLabel()
    {
        const auto after = Counters::parse("drops{reason=\"bad_hash\",worker=\"0\"} 12\n"
                                           "drops{reason=\"bad_hash\",worker=\"1\"} 4\n"
                                           "drops{reason=\"expired\",worker=\"0\"} 1000\n"
                                           "drops{reason=\"banned\",worker=\"0\"} 6\n");
        const std::map<std::string, double> grown{{"bad_hash", 11}, {"banned", 6}};
        CPPUNIT_ASSERT(after.grownSince(before(), "drops", "reason") == grown);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CountersTest);

} // namespace waymark::bench
