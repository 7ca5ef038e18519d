#include <waymark/observe/Health.h>

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>

namespace waymark::observe
{

class HealthTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HealthTest);
    CPPUNIT_TEST(aCheckThatThrowsIsAFailureAndHidesNoOther);
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
};

CPPUNIT_TEST_SUITE_REGISTRATION(HealthTest);

} // namespace waymark::observe
