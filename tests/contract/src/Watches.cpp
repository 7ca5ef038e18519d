#include <waymark/contract/PeerRegistrySuite.h>

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>

namespace waymark::contract
{

using registry::PeerEvent;
using registry::Revision;

namespace
{

std::unique_ptr<registry::Watch> follow(registry::PeerRegistry& registry, Revision from,
                                        registry::WatchOptions options = {})
{
    auto watch = registry.watch(from, std::move(options));
    CPPUNIT_ASSERT_MESSAGE(watch ? "" : watch.error().message, watch.has_value());
    return std::move(*watch);
}

void assertNoGap(const std::vector<PeerEvent>& events, Revision after)
{
    for (const PeerEvent& event : events) {
        ++after.number;
        CPPUNIT_ASSERT(event.revision == after);
    }
}

} // namespace

void PeerRegistrySuite::revisionsGrowByOneWithEveryEvent()
{
    const Revision start = registry().revision();
    CPPUNIT_ASSERT(Revision::parse(start.toString()) == start);
    const auto report = apply(registry(), {put(testPeer(1)), put(testPeer(2)), put(testPeer(1)), drop(3)});
    CPPUNIT_ASSERT((report->revision == Revision{start.epoch, start.number + 2}));
    CPPUNIT_ASSERT(registry().revision() == report->revision);
    outcomeOf(registry(), drop(1));
    CPPUNIT_ASSERT((registry().revision() == Revision{start.epoch, start.number + 3}));
}

void PeerRegistrySuite::watchFollowsChanges()
{
    const Revision start = registry().revision();
    const auto watch = follow(registry(), start);
    CPPUNIT_ASSERT(watch->take(10).events.empty());
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.1"), "file"));
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.2"), "api"));
    outcomeOf(registry(), drop(1, "api"));
    outcomeOf(registry(), drop(1, "file"));
    const auto batch = takeAll(*watch);
    CPPUNIT_ASSERT(!batch.resync);
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, batch.events.size());
    assertNoGap(batch.events, start);
    for (const PeerEvent& event : batch.events)
        CPPUNIT_ASSERT(event.id == testId(1));
    CPPUNIT_ASSERT(batch.events[0].kind == PeerEvent::Kind::put);
    CPPUNIT_ASSERT(batch.events[0].peer == testPeerAt(1, "10.0.0.1"));
    CPPUNIT_ASSERT(batch.events[1].peer == testPeerAt(1, "10.0.0.2"));
    CPPUNIT_ASSERT(batch.events[2].kind == PeerEvent::Kind::put);
    CPPUNIT_ASSERT(batch.events[2].peer == testPeerAt(1, "10.0.0.1"));
    CPPUNIT_ASSERT(batch.events[3].kind == PeerEvent::Kind::removed);
    CPPUNIT_ASSERT(!batch.events[3].peer);
    CPPUNIT_ASSERT(watch->take(10).events.empty());
}

void PeerRegistrySuite::watchReplaysHistoryFirst()
{
    const Revision start = registry().revision();
    for (std::uint64_t i = 0; i < 20; ++i)
        outcomeOf(registry(), put(testPeer(i)));
    // The history may be longer than the queue of a watch.
    const auto watch = follow(registry(), start, {.queueLimit = 2, .wake = {}});
    const auto late = follow(registry(), {start.epoch, start.number + 15});
    outcomeOf(registry(), put(testPeer(20)));
    outcomeOf(registry(), put(testPeer(21)));
    const auto batch = takeAll(*watch);
    CPPUNIT_ASSERT(!batch.resync);
    CPPUNIT_ASSERT_EQUAL(std::size_t{22}, batch.events.size());
    assertNoGap(batch.events, start);
    const auto lateBatch = takeAll(*late);
    CPPUNIT_ASSERT_EQUAL(std::size_t{7}, lateBatch.events.size());
    assertNoGap(lateBatch.events, {start.epoch, start.number + 15});
}

void PeerRegistrySuite::listThenWatchMissesNothing()
{
    for (std::uint64_t i = 0; i < 10; ++i)
        outcomeOf(registry(), put(testPeer(i)));
    const auto page = registry().list(std::nullopt, 100);
    outcomeOf(registry(), put(testPeer(50)));
    const auto watch = follow(registry(), page.revision);
    outcomeOf(registry(), put(testPeer(51)));
    const auto batch = takeAll(*watch);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, batch.events.size());
    CPPUNIT_ASSERT(batch.events[0].id == testId(50));
    CPPUNIT_ASSERT(batch.events[1].id == testId(51));
}

void PeerRegistrySuite::watchRefusesRevisionsItCannotReplay()
{
    outcomeOf(registry(), put(testPeer(1)));
    const Revision now = registry().revision();
    const auto refuses = [this](Revision from) {
        const auto watch = registry().watch(from, {});
        CPPUNIT_ASSERT(!watch.has_value());
        CPPUNIT_ASSERT(watch.error().code == ErrorCode::stale);
    };
    refuses({now.epoch + 1, now.number});
    refuses({now.epoch, now.number + 1});
    // More than any history holds.
    for (int round = 0; round < 60; ++round) {
        registry::ChangeBatch batch;
        for (int i = 0; i < 100; ++i)
            batch.push_back(put(testPeerAt(1, i % 2 == 0 ? "10.0.0.1" : "10.0.0.2")));
        CPPUNIT_ASSERT(apply(registry(), std::move(batch)).has_value());
    }
    refuses(now);
    follow(registry(), registry().revision());
}

void PeerRegistrySuite::aSlowWatchIsToldToResync()
{
    const auto slow = follow(registry(), registry().revision(), {.queueLimit = 4, .wake = {}});
    const auto quick = follow(registry(), registry().revision(), {.queueLimit = 5, .wake = {}});
    for (std::uint64_t i = 0; i < 5; ++i)
        outcomeOf(registry(), put(testPeer(i)));
    const auto batch = slow->take(100);
    CPPUNIT_ASSERT(batch.resync);
    assertNoGap(batch.events, {registry().revision().epoch, registry().revision().number - 5});
    CPPUNIT_ASSERT(!quick->take(100).resync);
    outcomeOf(registry(), put(testPeer(6)));
    const auto after = slow->take(100);
    CPPUNIT_ASSERT(after.resync);
    CPPUNIT_ASSERT(after.events.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, quick->take(100).events.size());
}

void PeerRegistrySuite::aWatchIsWoken()
{
    auto woken = std::make_shared<std::promise<void>>();
    auto once = std::make_shared<std::once_flag>();
    const auto future = woken->get_future();
    const auto watch =
        follow(registry(), registry().revision(), {.queueLimit = 8, .wake = [woken, once] {
                                                       std::call_once(*once, [&] { woken->set_value(); });
                                                   }});
    outcomeOf(registry(), put(testPeer(1)));
    CPPUNIT_ASSERT(future.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, watch->take(8).events.size());
}

void PeerRegistrySuite::aWatchEndsWhenItIsDestroyed()
{
    std::atomic<int> wakes{0};
    {
        const auto watch = follow(registry(), registry().revision(), {.queueLimit = 8, .wake = [&wakes] {
                                                                          ++wakes;
                                                                      }});
        outcomeOf(registry(), put(testPeer(1)));
    }
    const int before = wakes;
    outcomeOf(registry(), put(testPeer(2)));
    CPPUNIT_ASSERT_EQUAL(before, wakes.load());
}

void PeerRegistrySuite::changesAreHeardInOrderBeforeCompletion()
{
    const Revision start = registry().revision();
    std::mutex mutex;
    std::vector<PeerEvent> heard;
    const auto subscription = registry().changes().subscribe([&](const PeerEvent& event) {
        const std::lock_guard lock(mutex);
        heard.push_back(event);
    });
    for (std::uint64_t i = 0; i < 30; ++i) {
        outcomeOf(registry(), put(testPeer(i)));
        const std::lock_guard lock(mutex);
        CPPUNIT_ASSERT_EQUAL(std::size_t{i + 1}, heard.size());
        CPPUNIT_ASSERT(heard.back().peer == testPeer(i));
    }
    assertNoGap(heard, start);
}

void PeerRegistrySuite::whoHearsAChangeMayCallBack()
{
    std::promise<void> second;
    std::atomic<bool> foundIt{false};
    const auto subscription = registry().changes().subscribe([&](const PeerEvent& event) {
        if (event.id == testId(1)) {
            foundIt = registry().find(event.id).has_value() && registry().size() == 1;
            registry().apply({put(testPeer(2))}, [&](const auto&) { second.set_value(); });
        }
    });
    outcomeOf(registry(), put(testPeer(1)));
    CPPUNIT_ASSERT(second.get_future().wait_for(std::chrono::minutes(1)) == std::future_status::ready);
    CPPUNIT_ASSERT(foundIt);
    CPPUNIT_ASSERT(registry().find(testId(2)).has_value());
}

} // namespace waymark::contract
