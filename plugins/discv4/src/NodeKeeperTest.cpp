#include "NodeKeeper.h"

#include <waymark/testkit/ManualTimers.h>

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>

namespace waymark::discv4
{

class NodeKeeperTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(NodeKeeperTest);
    CPPUNIT_TEST(savesWhenTheTimeOfTheHostHasCome);
    CPPUNIT_TEST(savesAtTheEnd);
    CPPUNIT_TEST(goesOnWithoutMemory);
    CPPUNIT_TEST_SUITE_END();

    /// Tells of each save.
    struct Store final : node::NodeStore
    {
        Result<void> save(const std::vector<node::StoredNode>&) override
        {
            const std::lock_guard lock(mutex);
            ++saves;
            changed.notify_all();
            return {};
        }
        Result<std::vector<node::StoredNode>> load() const override { return {}; }

        void await(int count)
        {
            std::unique_lock lock(mutex);
            CPPUNIT_ASSERT(changed.wait_for(lock, std::chrono::seconds(60), [&] { return saves >= count; }));
        }

        std::mutex mutex;
        std::condition_variable changed;
        int saves = 0;
    };

    static constexpr Duration interval = std::chrono::minutes(5);

    Store _store;
    testkit::ManualClock _clock;
    testkit::ManualTimers _timers{_clock};

    static std::vector<node::StoredNode> nobody() { return {}; }

public:
    void savesWhenTheTimeOfTheHostHasCome()
    {
        NodeKeeper keeper(_store, nobody, _timers, interval, {});
        keeper.start();
        _timers.advance(interval);
        _store.await(1);
        _timers.advance(interval);
        _store.await(2);
    }

    void savesAtTheEnd()
    {
        NodeKeeper keeper(_store, nobody, _timers, interval, {});
        keeper.start();
        keeper.stop();
        CPPUNIT_ASSERT_EQUAL(1, _store.saves);
        _timers.advance(interval);
        keeper.stop();
        CPPUNIT_ASSERT_EQUAL(1, _store.saves);
    }

    void goesOnWithoutMemory()
    {
        std::atomic<int> asked{0};
        NodeKeeper keeper(_store,
                          [&] {
                              if (asked++ == 0)
                                  throw std::bad_alloc();
                              return nobody();
                          },
                          _timers, interval, {});
        keeper.start();
        _timers.advance(interval);
        while (asked == 0)
            std::this_thread::yield();
        _timers.advance(interval);
        _store.await(1);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(NodeKeeperTest);

} // namespace waymark::discv4
