#include <waymark/base/Signal.h>

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <thread>

namespace waymark
{

class SignalTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SignalTest);
    CPPUNIT_TEST(reachesSubscribersInOrder);
    CPPUNIT_TEST(endsWithItsSubscription);
    CPPUNIT_TEST(subscriptionMayEndWithinItsOwnCallback);
    CPPUNIT_TEST(subscriptionOutlivesTheSignal);
    CPPUNIT_TEST(noCallbackRunsAfterReset);
    CPPUNIT_TEST_SUITE_END();

    void reachesSubscribersInOrder()
    {
        Signal<int> signal;
        std::vector<int> heard;
        const auto first = signal.subscribe([&](int fact) { heard.push_back(fact); });
        const auto second = signal.subscribe([&](int fact) { heard.push_back(fact * 10); });
        signal.emit(7);
        CPPUNIT_ASSERT((heard == std::vector<int>{7, 70}));
    }

    void endsWithItsSubscription()
    {
        Signal<int> signal;
        int heard = 0;
        {
            const auto subscription = signal.subscribe([&](int) { ++heard; });
            signal.emit(1);
        }
        signal.emit(1);
        CPPUNIT_ASSERT_EQUAL(1, heard);
    }

    void subscriptionMayEndWithinItsOwnCallback()
    {
        Signal<int> signal;
        int heard = 0;
        Subscription subscription;
        subscription = signal.subscribe([&](int) {
            ++heard;
            subscription.reset();
        });
        signal.emit(1);
        signal.emit(1);
        CPPUNIT_ASSERT_EQUAL(1, heard);
    }

    void subscriptionOutlivesTheSignal()
    {
        Subscription subscription;
        {
            Signal<int> signal;
            subscription = signal.subscribe([](int) {});
        }
        subscription.reset();
        CPPUNIT_ASSERT(!subscription);
    }

    void noCallbackRunsAfterReset()
    {
        Signal<int> signal;
        std::atomic<bool> over{false};
        std::atomic<bool> late{false};
        std::atomic<int> heard{0};
        auto subscription = signal.subscribe([&](int) {
            if (over)
                late = true;
            ++heard;
        });
        std::jthread emitter([&](const std::stop_token& stopping) {
            while (!stopping.stop_requested())
                signal.emit(1);
        });
        while (heard < 1000)
            std::this_thread::yield();
        subscription.reset();
        over = true;
        emitter.request_stop();
        emitter.join();
        CPPUNIT_ASSERT(!late);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SignalTest);

} // namespace waymark
