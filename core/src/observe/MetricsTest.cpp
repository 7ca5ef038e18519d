#include <waymark/observe/Health.h>
#include <waymark/observe/Metrics.h>

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>

namespace waymark::observe
{

class MetricsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(MetricsTest);
    CPPUNIT_TEST(sameNameAndLabelsAreOneSeries);
    CPPUNIT_TEST(exposesTextInOrderOfName);
    CPPUNIT_TEST(sampledGaugeIsAskedUntilItsSubscriptionEnds);
    CPPUNIT_TEST(sampledCounterIsACounter);
    CPPUNIT_TEST(badNamesAndKindsAreRefused);
    CPPUNIT_TEST(healthReportsInOrderOfName);
    CPPUNIT_TEST_SUITE_END();

    void sameNameAndLabelsAreOneSeries()
    {
        MetricRegistry metrics;
        const Counter first = metrics.counter("waymark_a_total", "A", {{"kind", "x"}});
        const Counter second = metrics.counter("waymark_a_total", "A", {{"kind", "x"}});
        const Counter other = metrics.counter("waymark_a_total", "A", {{"kind", "y"}});
        first.increment();
        second.increment(2);
        CPPUNIT_ASSERT_EQUAL(3.0, *metrics.value("waymark_a_total", {{"kind", "x"}}));
        CPPUNIT_ASSERT_EQUAL(0.0, other.value());
        CPPUNIT_ASSERT(!metrics.value("waymark_a_total"));
        CPPUNIT_ASSERT(!metrics.value("waymark_b_total"));
    }

    void sampledCounterIsACounter()
    {
        MetricRegistry metrics;
        const auto counted = metrics.sampledCounter("waymark_c_total", "C", {}, [] { return 7.0; });
        CPPUNIT_ASSERT_EQUAL(7.0, *metrics.value("waymark_c_total"));
        CPPUNIT_ASSERT(metrics.expose().find("# TYPE waymark_c_total counter\nwaymark_c_total 7\n") !=
                       std::string::npos);
        CPPUNIT_ASSERT_THROW(metrics.gauge("waymark_c_total", "C"), std::invalid_argument);
    }

    void exposesTextInOrderOfName()
    {
        MetricRegistry metrics;
        metrics.gauge("waymark_z", "Z").set(1.5);
        metrics.histogram("waymark_m_seconds", "M", {0.1, 1}).observe(0.5);
        metrics.counter("waymark_a_total", "A", {{"why", "a\"b\n"}}).increment();
        const std::string text = metrics.expose();
        CPPUNIT_ASSERT(text.find("# HELP waymark_a_total A\n# TYPE waymark_a_total counter\n"
                                 "waymark_a_total{why=\"a\\\"b\\n\"} 1\n") == 0);
        CPPUNIT_ASSERT(text.find("waymark_m_seconds_bucket{le=\"1\"} 1\n") != std::string::npos);
        CPPUNIT_ASSERT(text.find("waymark_m_seconds") < text.find("waymark_z 1.5\n"));
    }

    void sampledGaugeIsAskedUntilItsSubscriptionEnds()
    {
        MetricRegistry metrics;
        double value = 1;
        auto first = metrics.sampled("waymark_peers", "P", {{"in", "a"}}, [&] { return value; });
        const auto second = metrics.sampled("waymark_peers", "P", {{"in", "b"}}, [] { return 7.0; });
        value = 5;
        CPPUNIT_ASSERT_EQUAL(5.0, *metrics.value("waymark_peers", {{"in", "a"}}));
        first.reset();
        CPPUNIT_ASSERT(!metrics.value("waymark_peers", {{"in", "a"}}));
        CPPUNIT_ASSERT_EQUAL(7.0, *metrics.value("waymark_peers", {{"in", "b"}}));
    }

    void badNamesAndKindsAreRefused()
    {
        MetricRegistry metrics;
        CPPUNIT_ASSERT_THROW(metrics.counter("1a", ""), std::invalid_argument);
        CPPUNIT_ASSERT_THROW(metrics.counter("a-b", ""), std::invalid_argument);
        CPPUNIT_ASSERT_THROW(metrics.counter("", ""), std::invalid_argument);
        CPPUNIT_ASSERT_THROW(metrics.counter("a", "", {{"x:y", ""}}), std::invalid_argument);
        CPPUNIT_ASSERT_THROW(metrics.histogram("h", "", {2, 1}), std::invalid_argument);
        metrics.counter("a_total", "");
        CPPUNIT_ASSERT_THROW(metrics.gauge("a_total", ""), std::invalid_argument);
    }

    void healthReportsInOrderOfName()
    {
        HealthRegistry health;
        const auto second = health.add("z", [] { return Health::failed("no disk"); });
        auto first = health.add("a", [] { return Health::ok(); });
        const auto report = health.report();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, report.size());
        CPPUNIT_ASSERT_EQUAL(std::string("a"), report[0].name);
        CPPUNIT_ASSERT(report[1].health.status == HealthStatus::failed);
        first.reset();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, health.report().size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MetricsTest);

} // namespace waymark::observe
