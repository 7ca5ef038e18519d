#include "base/ThreadTimers.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <latch>
#include <new>
#include <stdexcept>
#include <vector>

namespace waymark
{

class ThreadTimersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ThreadTimersTest);
    CPPUNIT_TEST(runsInOrderOfTime);
    CPPUNIT_TEST(repeatsUntilItsSubscriptionEnds);
    CPPUNIT_TEST(endedSubscriptionNeverRuns);
    CPPUNIT_TEST(resetWaitsForARunningFunction);
    CPPUNIT_TEST(functionMayEndItsOwnSubscription);
    CPPUNIT_TEST(subscriptionOutlivesTheTimers);
    CPPUNIT_TEST(repeatingWithoutIntervalIsADefect);
    CPPUNIT_TEST(throwingFunctionIsToldOfAndStopsNoTimer);
    CPPUNIT_TEST(throwingFunctionNeedsNoHandler);
    CPPUNIT_TEST(handlerThatThrowsStopsNoTimer);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::chrono::hours never{1};

    /// Keeps the thread of some timers busy until it is released.
    class Hold
    {
    public:
        explicit Hold(ThreadTimers& timers)
            : _holding(timers.after(Duration::zero(), [this] {
                  _entered.count_down();
                  _released.wait();
              }))
        {
            _entered.wait();
        }
        void release() { _released.count_down(); }

    private:
        std::latch _entered{1};
        std::latch _released{1};
        Subscription _holding;
    };

    void runsInOrderOfTime()
    {
        ThreadTimers timers;
        Hold hold(timers);
        std::vector<int> order;
        std::latch done(2);
        const auto note = [&](int which) {
            order.push_back(which);
            done.count_down();
        };
        Subscription late;
        Subscription early;
        std::chrono::steady_clock::time_point begun;
        do { // again when it took so long that the second one is due after the first
            begun = std::chrono::steady_clock::now();
            late = timers.after(std::chrono::milliseconds(20), [&] { note(2); });
            early = timers.after(std::chrono::milliseconds(1), [&] { note(1); });
        } while (std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(18));
        hold.release();
        done.wait();
        CPPUNIT_ASSERT((order == std::vector<int>{1, 2}));
    }

    void repeatsUntilItsSubscriptionEnds()
    {
        ThreadTimers timers;
        std::latch thrice(3);
        std::atomic<int> runs{0};
        auto repeating = timers.every(std::chrono::milliseconds(1), [&] {
            if (++runs <= 3)
                thrice.count_down();
        });
        thrice.wait();
        repeating.reset();
        const int before = runs;
        std::latch later(1);
        const auto after = timers.after(std::chrono::milliseconds(5), [&] { later.count_down(); });
        later.wait();
        CPPUNIT_ASSERT_EQUAL(before, runs.load());
    }

    void endedSubscriptionNeverRuns()
    {
        ThreadTimers timers;
        Hold hold(timers);
        std::atomic<bool> ran{false};
        auto first = timers.after(std::chrono::milliseconds(5), [&] { ran = true; });
        first.reset();
        std::latch later(1);
        const auto second = timers.after(std::chrono::milliseconds(10), [&] { later.count_down(); });
        hold.release();
        later.wait();
        CPPUNIT_ASSERT(!ran);
    }

    void resetWaitsForARunningFunction()
    {
        ThreadTimers timers;
        std::latch entered(1);
        std::atomic<bool> finished{false};
        auto running = timers.after(Duration::zero(), [&] {
            entered.count_down();
            for (int i = 0; i < 1000; ++i)
                std::this_thread::yield();
            finished = true;
        });
        entered.wait();
        running.reset();
        CPPUNIT_ASSERT(finished);
    }

    void functionMayEndItsOwnSubscription()
    {
        ThreadTimers timers;
        std::latch armed(1);
        std::latch later(1);
        std::atomic<int> runs{0};
        Subscription own;
        own = timers.every(std::chrono::milliseconds(1), [&] {
            armed.wait();
            ++runs;
            own.reset();
        });
        armed.count_down();
        const auto after = timers.after(std::chrono::milliseconds(10), [&] { later.count_down(); });
        later.wait();
        CPPUNIT_ASSERT_EQUAL(1, runs.load());
    }

    void subscriptionOutlivesTheTimers()
    {
        Subscription left;
        {
            ThreadTimers timers;
            left = timers.after(never, [] {});
        }
        left.reset();
        CPPUNIT_ASSERT(!left);
    }

    void repeatingWithoutIntervalIsADefect()
    {
        ThreadTimers timers;
        CPPUNIT_ASSERT_THROW(static_cast<void>(timers.every(Duration::zero(), [] {})), std::logic_error);
    }

    void throwingFunctionIsToldOfAndStopsNoTimer()
    {
        std::vector<std::string> reasons;
        std::latch told(3);
        ThreadTimers timers("timers", [&](std::string_view reason) {
            if (reasons.size() == 3)
                return;
            reasons.emplace_back(reason);
            told.count_down();
        });
        std::latch done(1);
        const auto strange = timers.after(Duration::zero(), [] { throw 7; });
        const auto other = timers.after(std::chrono::milliseconds(20), [&] { done.count_down(); });
        const auto repeating =
            timers.every(std::chrono::milliseconds(5), [] { throw std::runtime_error("broken"); });
        told.wait();
        done.wait();
        timers.stop();
        CPPUNIT_ASSERT((reasons == std::vector<std::string>{"not a standard exception", "broken", "broken"}));
    }

    void handlerThatThrowsStopsNoTimer()
    {
        ThreadTimers timers("timers", [](std::string_view) { throw std::bad_alloc(); });
        std::latch done(3);
        std::atomic<int> runs{0};
        const auto repeating = timers.every(std::chrono::milliseconds(1), [&] {
            if (++runs <= 3)
                done.count_down();
            throw std::bad_alloc();
        });
        done.wait();
    }

    void throwingFunctionNeedsNoHandler()
    {
        ThreadTimers timers;
        std::latch done(1);
        const auto broken = timers.after(Duration::zero(), [] { throw std::runtime_error("broken"); });
        const auto other = timers.after(std::chrono::milliseconds(1), [&] { done.count_down(); });
        done.wait();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ThreadTimersTest);

} // namespace waymark
