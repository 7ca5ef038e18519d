#include "commands/PingStatistics.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::discv4
{

using namespace std::chrono_literals;

class PingStatisticsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PingStatisticsTest);
    CPPUNIT_TEST(countsAsPingDoes);
    CPPUNIT_TEST(hasNoTimesWithoutAnswers);
    CPPUNIT_TEST(tellsSharesThatAreNotWhole);
    CPPUNIT_TEST_SUITE_END();

public:
    void countsAsPingDoes()
    {
        PingStatistics statistics;
        for (const auto time : {2ms, 4ms, 4ms, 4ms, 5ms, 5ms, 7ms, 9ms}) {
            statistics.sent();
            statistics.received(time);
        }
        CPPUNIT_ASSERT_EQUAL(std::string("8 sent, 8 received, 0% lost, time 7001 ms\n"
                                         "rtt min/avg/max/mdev = 2.000/5.000/9.000/2.000 ms\n"),
                             statistics.text(7001ms));
    }

    void hasNoTimesWithoutAnswers()
    {
        PingStatistics statistics;
        statistics.sent();
        CPPUNIT_ASSERT_EQUAL(std::string("1 sent, 0 received, 100% lost, time 1000 ms\n"),
                             statistics.text(1s));
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"sent":1,"received":0,"lost_percent":100.0,"duration_s":1.000,"rtt_min_ms":null,)"
                        R"("rtt_avg_ms":null,"rtt_max_ms":null,"rtt_mdev_ms":null})"),
            statistics.cell(1s).json());
        CPPUNIT_ASSERT_EQUAL(std::string("0 sent, 0 received, 0% lost, time 0 ms\n"),
                             PingStatistics().text(0s));
    }

    void tellsSharesThatAreNotWhole()
    {
        PingStatistics statistics;
        for (int i = 0; i < 3; ++i)
            statistics.sent();
        statistics.received(1ms);
        CPPUNIT_ASSERT(statistics.text(2s).starts_with("3 sent, 1 received, 66.7% lost"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PingStatisticsTest);

} // namespace waymark::discv4
