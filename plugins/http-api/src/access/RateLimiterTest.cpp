#include "access/RateLimiter.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

class RateLimiterTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RateLimiterTest);
    CPPUNIT_TEST(withoutARateEverythingPasses);
    CPPUNIT_TEST(burstPassesThenTheRateHolds);
    CPPUNIT_TEST(saysHowLongToWait);
    CPPUNIT_TEST(addressesHaveBudgetsOfTheirOwn);
    CPPUNIT_TEST(changedRateHoldsAtOnce);
    CPPUNIT_TEST(changedRateForgetsTheDebtOfTheOther);
    CPPUNIT_TEST_SUITE_END();

    const node::IpAddress _address = node::IpAddress::v4(192, 0, 2, 1);
    const MonotonicTime _start = MonotonicTime(1h);

    void withoutARateEverythingPasses()
    {
        RateLimiter limiter(1);
        for (int i = 0; i < 1000; ++i)
            CPPUNIT_ASSERT(!limiter.take(_address, _start));
    }

    void burstPassesThenTheRateHolds()
    {
        RateLimiter limiter(1);
        limiter.setRate({10, 5});
        for (int i = 0; i < 5; ++i)
            CPPUNIT_ASSERT(!limiter.take(_address, _start));
        CPPUNIT_ASSERT(limiter.take(_address, _start));
        CPPUNIT_ASSERT(limiter.take(_address, _start + 99ms));
        CPPUNIT_ASSERT(!limiter.take(_address, _start + 100ms));
        CPPUNIT_ASSERT(limiter.take(_address, _start + 100ms));
        for (int i = 0; i < 5; ++i)
            CPPUNIT_ASSERT(!limiter.take(_address, _start + 10s));
        CPPUNIT_ASSERT(limiter.take(_address, _start + 10s));
    }

    void saysHowLongToWait()
    {
        RateLimiter limiter(1);
        limiter.setRate({10, 1});
        CPPUNIT_ASSERT(!limiter.take(_address, _start));
        CPPUNIT_ASSERT(limiter.take(_address, _start) == Duration(100ms));
        CPPUNIT_ASSERT(limiter.take(_address, _start + 40ms) == Duration(60ms));
    }

    void addressesHaveBudgetsOfTheirOwn()
    {
        RateLimiter limiter(1);
        limiter.setRate({1, 1});
        for (const auto& address :
             {_address, node::IpAddress::v4(127, 0, 0, 1), node::IpAddress::parse("2001:db8::").value(),
              node::IpAddress::parse("2001:db8:0:1::").value()}) {
            CPPUNIT_ASSERT(!limiter.take(address, _start));
            CPPUNIT_ASSERT(limiter.take(address, _start));
        }
    }

    void changedRateHoldsAtOnce()
    {
        RateLimiter limiter(1);
        limiter.setRate({1, 1});
        CPPUNIT_ASSERT(!limiter.take(_address, _start));
        CPPUNIT_ASSERT(limiter.take(_address, _start));
        limiter.setRate({0, 1});
        CPPUNIT_ASSERT(!limiter.take(_address, _start));
        limiter.setRate({1, 3});
        CPPUNIT_ASSERT(!limiter.take(_address, _start));
    }

    void changedRateForgetsTheDebtOfTheOther()
    {
        RateLimiter limiter(1);
        limiter.setRate({1, 1000});
        for (int i = 0; i < 1000; ++i)
            CPPUNIT_ASSERT(!limiter.take(_address, _start));
        limiter.setRate({1, 1000}); // as a reload does that changes something else
        CPPUNIT_ASSERT(limiter.take(_address, _start));
        limiter.setRate({50, 1});
        CPPUNIT_ASSERT(!limiter.take(_address, _start));
        CPPUNIT_ASSERT(limiter.take(_address, _start) == Duration(20ms));
        limiter.setRate({50, 2});
        CPPUNIT_ASSERT(!limiter.take(_address, _start));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RateLimiterTest);

} // namespace waymark::httpapi
