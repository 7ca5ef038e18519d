#include <waymark/observe/Health.h>
#include <waymark/observe/Metrics.h>

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>

namespace waymark::observe
{

class HealthTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HealthTest);
    CPPUNIT_TEST(aCheckThatThrowsIsAFailureAndHidesNoOther);
    CPPUNIT_TEST(everyCheckIsAMetric);
    CPPUNIT_TEST_SUITE_END();

    void aCheckThatThrowsIsAFailureAndHidesNoOther()
    {
        HealthRegistry registry;
        const auto first =
            registry.add("broken", []() -> Health { throw std::runtime_error("thrown by it"); });
        const auto second = registry.add("well", [] { return Health::ok(); });
        const auto report = registry.report();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, report.size());
        CPPUNIT_ASSERT(report[0].health.status == HealthStatus::failed);
        CPPUNIT_ASSERT(report[0].health.reason.find("thrown by it") != std::string::npos);
        CPPUNIT_ASSERT(report[1].health.status == HealthStatus::ok);
    }

    void everyCheckIsAMetric()
    {
        MetricRegistry metrics;
        HealthRegistry registry(&metrics);
        Health health = Health::ok();
        const auto value = [&](const char* check) {
            return metrics.value("waymark_health_status", {{"check", check}});
        };
        auto disk = registry.add("disk", [&] { return health; });
        const auto broken = registry.add("broken", []() -> Health { throw std::runtime_error("thrown"); });
        CPPUNIT_ASSERT_EQUAL(0.0, value("disk").value());
        health = Health::degraded("it is full");
        CPPUNIT_ASSERT_EQUAL(1.0, value("disk").value());
        CPPUNIT_ASSERT_EQUAL(2.0, value("broken").value());
        disk = {};
        CPPUNIT_ASSERT(!value("disk").has_value());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HealthTest);

} // namespace waymark::observe
