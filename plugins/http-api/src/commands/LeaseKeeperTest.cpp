#include "commands/LeaseKeeper.h"

#include <waymark/testkit/SeededRandom.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

/// When a registration is made and renewed, without a daemon and without waiting.
class LeaseKeeperTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LeaseKeeperTest);
    CPPUNIT_TEST(registersAtOnce);
    CPPUNIT_TEST(renewsWhenAboutAThirdIsOver);
    CPPUNIT_TEST(looksNowAndThenAfterOneForEver);
    CPPUNIT_TEST(registersAgainAtOnceWhatIsLost);
    CPPUNIT_TEST(waitsLongerEachTimeButNotTooLong);
    CPPUNIT_TEST(waitsAsLongAsTheDaemonWants);
    CPPUNIT_TEST(losesNoTimeBeforeTheEnd);
    CPPUNIT_TEST(unknownTimeIsAskedForAtOnce);
    CPPUNIT_TEST_SUITE_END();

    using Step = LeaseKeeper::Step;

    testkit::SeededRandom _random{1};
    MonotonicTime _now{1000s};
    LeaseKeeper _keeper{_random, _now};

    void registersAtOnce()
    {
        CPPUNIT_ASSERT(_keeper.step() == Step::registers);
        CPPUNIT_ASSERT(_keeper.due() == _now);
        CPPUNIT_ASSERT(!_keeper.isOver(_now));
    }

    void renewsWhenAboutAThirdIsOver()
    {
        bool differs = false;
        for (int i = 0; i < 100; ++i) {
            const auto before = _keeper.due();
            _keeper.granted(_now, 90s);
            CPPUNIT_ASSERT(_keeper.step() == Step::renews);
            CPPUNIT_ASSERT(_keeper.due() >= _now + 24s && _keeper.due() <= _now + 30s);
            differs = differs || (i > 0 && _keeper.due() != before);
        }
        CPPUNIT_ASSERT(differs);
        CPPUNIT_ASSERT(!_keeper.isOver(_now + 89s));
        CPPUNIT_ASSERT(_keeper.isOver(_now + 90s));
    }

    void looksNowAndThenAfterOneForEver()
    {
        for (const auto lifetime : {std::optional<Duration>(), std::optional<Duration>(24h)}) {
            _keeper.granted(_now, lifetime);
            CPPUNIT_ASSERT(_keeper.due() > _now + 40s && _keeper.due() <= _now + 60s);
        }
        _keeper.granted(_now, std::nullopt);
        CPPUNIT_ASSERT(!_keeper.isOver(_now + 100000h));
    }

    void registersAgainAtOnceWhatIsLost()
    {
        _keeper.granted(_now, 90s);
        _keeper.lost(_now + 30s);
        CPPUNIT_ASSERT(_keeper.step() == Step::registers);
        CPPUNIT_ASSERT(_keeper.due() == _now + 30s);
    }

    void waitsLongerEachTimeButNotTooLong()
    {
        Duration longest{};
        for (int i = 0; i < 20; ++i) {
            _keeper.failed(_now);
            const Duration whole = std::min<Duration>(30s, Duration(1s) * (1 << std::min(i, 5)));
            CPPUNIT_ASSERT(_keeper.due() >= _now + whole / 2 && _keeper.due() <= _now + whole);
            longest = std::max(longest, _keeper.due() - _now);
        }
        CPPUNIT_ASSERT(longest > 20s);
        _keeper.granted(_now, 90s);
        _keeper.failed(_now);
        CPPUNIT_ASSERT(_keeper.due() <= _now + 1s); // from the beginning
    }

    void waitsAsLongAsTheDaemonWants()
    {
        _keeper.failed(_now, 7s);
        CPPUNIT_ASSERT(_keeper.due() == _now + 7s);
        _keeper.failed(_now, 24h); // within reason
        CPPUNIT_ASSERT(_keeper.due() == _now + 5min);
    }

    void losesNoTimeBeforeTheEnd()
    {
        _keeper.granted(_now, 9s);
        for (int i = 0; i < 10; ++i)
            _keeper.failed(_now + 5s);
        CPPUNIT_ASSERT(_keeper.due() <= _now + 6s);
        _keeper.failed(_now + 9s - 1ms);
        CPPUNIT_ASSERT(_keeper.due() >= _now + 9s);
    }

    void unknownTimeIsAskedForAtOnce()
    {
        _keeper.granted(_now);
        CPPUNIT_ASSERT(_keeper.step() == Step::renews);
        CPPUNIT_ASSERT(_keeper.due() == _now);
        CPPUNIT_ASSERT(!_keeper.isOver(_now + 1h));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LeaseKeeperTest);

} // namespace waymark::httpapi
