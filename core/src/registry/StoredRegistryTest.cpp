#include "registry/tests/StoredRegistryFixture.h"

#include <waymark/contract/PeerRegistrySuite.h>
#include <waymark/registry/StoredRegistry.h>

#include <cppunit/extensions/HelperMacros.h>

#include <future>
#include <latch>
#include <thread>

namespace waymark::registry
{

using contract::apply;
using contract::drop;
using contract::outcomeOf;
using contract::put;
using contract::testId;
using contract::testPeer;

namespace
{

MonotonicTime soon()
{
    return std::chrono::steady_clock::now() + std::chrono::minutes(1);
}

} // namespace

class StoredRegistryTest : public StoredRegistryFixture
{
    CPPUNIT_TEST_SUITE(StoredRegistryTest);
    CPPUNIT_TEST(acknowledgesOnlyWhatWasWritten);
    CPPUNIT_TEST(aFailedWriteChangesNothingAndDegradesHealth);
    CPPUNIT_TEST(writesWhatCameMeanwhileAsOneGroup);
    CPPUNIT_TEST(writesNothingForWhatChangesNothing);
    CPPUNIT_TEST(refusesWhenItsQueueIsFull);
    CPPUNIT_TEST(readsWhileAWriteHangs);
    CPPUNIT_TEST(namesTheThreadOfAWriteThatHangs);
    CPPUNIT_TEST(carriesOutWhatWaitsWhenItCloses);
    CPPUNIT_TEST(failsWhatWaitsWhenTheDeadlineIsOver);
    CPPUNIT_TEST(takesNothingBeforeItIsOpen);
    CPPUNIT_TEST(completesAtOnceWithoutAStore);
    CPPUNIT_TEST(relievesACallerWhomOthersKeepBusy);
    CPPUNIT_TEST(closesWhileItsThreadWorksForOthers);
    CPPUNIT_TEST(timersAreNotKeptBusyByOthers);
    CPPUNIT_TEST(countsWhatItDoes);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { start({.backend = "fake", .limits = {}}); }

private:
    void start(StoredRegistry::Options options)
    {
        make(std::move(options));
        _registry->open(_store);
    }

    /// A first request is in the store and stays there.
    Future hang() { return StoredRegistryFixture::hang({put(testPeer(1))}); }

    static bool ready(Future& future)
    {
        return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }

    void acknowledgesOnlyWhatWasWritten()
    {
        auto first = hang();
        CPPUNIT_ASSERT(!ready(first));
        CPPUNIT_ASSERT(!_registry->find(testId(1)));
        letGo();
        CPPUNIT_ASSERT(first.get().has_value());
        CPPUNIT_ASSERT(_registry->find(testId(1)).has_value());
    }

    void aFailedWriteChangesNothingAndDegradesHealth()
    {
        outcomeOf(*_registry, put(testPeer(1)));
        const Revision before = _registry->revision();
        _store.failing = true;
        const auto report = apply(*_registry, {put(testPeer(2)), drop(1)});
        CPPUNIT_ASSERT(!report.has_value());
        CPPUNIT_ASSERT(report.error().code == ErrorCode::unavailable);
        CPPUNIT_ASSERT(_registry->revision() == before);
        CPPUNIT_ASSERT(_registry->find(testId(1)) && !_registry->find(testId(2)));
        CPPUNIT_ASSERT(_registry->health().status == observe::HealthStatus::degraded);
        CPPUNIT_ASSERT_EQUAL(std::string("registry.db: the disk is full"), _registry->health().reason);
        _store.failing = false;
        CPPUNIT_ASSERT(outcomeOf(*_registry, put(testPeer(2))) == Outcome::created);
        CPPUNIT_ASSERT(_registry->health().status == observe::HealthStatus::ok);
    }

    void writesWhatCameMeanwhileAsOneGroup()
    {
        auto first = hang();
        std::vector<Future> others;
        for (std::uint64_t i = 2; i < 12; ++i)
            others.push_back(submit({put(testPeer(i))}));
        letGo();
        CPPUNIT_ASSERT(first.get().has_value());
        for (Future& other : others)
            CPPUNIT_ASSERT(other.get().has_value());
        CPPUNIT_ASSERT((_store.requestsOfWrites() == std::vector<std::size_t>{1, 10}));
    }

    void writesNothingForWhatChangesNothing()
    {
        outcomeOf(*_registry, put(testPeer(1)));
        _store.failing = true;
        CPPUNIT_ASSERT(outcomeOf(*_registry, put(testPeer(1))) == Outcome::unchanged);
        CPPUNIT_ASSERT(outcomeOf(*_registry, drop(2)) == Outcome::absent);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _store.requestsOfWrites().size());
    }

    void refusesWhenItsQueueIsFull()
    {
        start({.backend = "fake", .limits = {}, .queueLimit = 3});
        auto first = hang();
        std::vector<Future> waiting;
        waiting.push_back(submit({put(testPeer(2))}));
        waiting.push_back(submit({put(testPeer(3)), put(testPeer(4)), put(testPeer(5))}));
        auto refused = submit({put(testPeer(6))});
        CPPUNIT_ASSERT(ready(refused));
        const auto report = refused.get();
        CPPUNIT_ASSERT(!report.has_value());
        CPPUNIT_ASSERT(report.error().code == ErrorCode::busy);
        letGo();
        CPPUNIT_ASSERT(first.get().has_value());
        for (Future& future : waiting)
            CPPUNIT_ASSERT(future.get().has_value());
        CPPUNIT_ASSERT(!_registry->find(testId(6)));
        CPPUNIT_ASSERT(outcomeOf(*_registry, put(testPeer(6))) == Outcome::created);
    }

    void readsWhileAWriteHangs()
    {
        outcomeOf(*_registry, put(testPeer(7)));
        _store.entered.acquire();
        auto first = hang();
        std::array<ClosestPeer, 4> out;
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _registry->closest({contract::testKey(7).nodeId()}, out).count);
        CPPUNIT_ASSERT(_registry->find(testId(7)).has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _registry->list(std::nullopt, 10).peers.size());
        CPPUNIT_ASSERT(!ready(first));
        letGo();
        CPPUNIT_ASSERT(first.get().has_value());
    }

    void namesTheThreadOfAWriteThatHangs()
    {
        start({.backend = "fake", .limits = {}, .longestWrite = std::chrono::milliseconds(100)});
        auto first = hang();
        observe::Health health;
        while (health.status == observe::HealthStatus::ok) {
            std::this_thread::yield();
            health = _registry->health();
        }
        CPPUNIT_ASSERT(health.status == observe::HealthStatus::degraded);
        CPPUNIT_ASSERT_MESSAGE(health.reason, health.reason.find("reg-fake") != std::string::npos);
        letGo();
        CPPUNIT_ASSERT(first.get().has_value());
        while (_registry->health().status != observe::HealthStatus::ok)
            std::this_thread::yield();
    }

    void carriesOutWhatWaitsWhenItCloses()
    {
        auto first = hang();
        auto second = submit({put(testPeer(2))});
        std::jthread closer([this] { _registry->close(soon()); });
        while (_registry->health().status != observe::HealthStatus::failed)
            std::this_thread::yield();
        letGo();
        closer.join();
        CPPUNIT_ASSERT(first.get().has_value());
        CPPUNIT_ASSERT(second.get().has_value());
        CPPUNIT_ASSERT(_registry->find(testId(2)).has_value());
    }

    void failsWhatWaitsWhenTheDeadlineIsOver()
    {
        auto first = hang();
        auto second = submit({put(testPeer(2))});
        std::jthread closer([this] { _registry->close(MonotonicTime()); });
        while (_registry->health().status != observe::HealthStatus::failed)
            std::this_thread::yield();
        letGo();
        closer.join();
        CPPUNIT_ASSERT(first.get().has_value());
        CPPUNIT_ASSERT(ready(second));
        CPPUNIT_ASSERT_EQUAL(_registry->find(testId(2)).has_value(), second.get().has_value());
    }

    void takesNothingBeforeItIsOpen()
    {
        StoredRegistry fresh({.backend = "fresh", .limits = {}}, _clock, _timers);
        CPPUNIT_ASSERT(fresh.health().status == observe::HealthStatus::failed);
        const auto report = apply(fresh, {put(testPeer(1))});
        CPPUNIT_ASSERT(!report.has_value());
        CPPUNIT_ASSERT(report.error().code == ErrorCode::unavailable);
    }

    void completesAtOnceWithoutAStore()
    {
        StoredRegistry memory({.backend = "memory", .limits = {}}, _clock, _timers);
        memory.open();
        bool completed = false;
        memory.apply({put(testPeer(1))}, [&](const auto& report) { completed = report.has_value(); });
        CPPUNIT_ASSERT(completed);
        memory.close(soon());
        memory.close(soon());
    }

    /// Has each completion ask for the next change, `length` in all: there is always one more.
    class Chain
    {
    public:
        Chain(StoredRegistry& registry, std::size_t length) : _registry(registry), _left(length) {}

        void next()
        {
            _registry.apply({put(testPeer(1 + _left % 2))}, [this](const auto& report) {
                const bool isHere = std::this_thread::get_id() == _caller;
                _here += isHere ? 1U : 0U;
                if (!report || --_left == 0)
                    _over.set_value();
                else
                    next();
            });
        }
        /// How many of them the thread carried out that made this.
        std::size_t doneHere()
        {
            _over.get_future().wait();
            return _here;
        }
        std::size_t left() const noexcept { return _left; }

    private:
        StoredRegistry& _registry;
        const std::thread::id _caller = std::this_thread::get_id();
        std::atomic<std::size_t> _left;
        std::atomic<std::size_t> _here{0};
        std::promise<void> _over;
    };

    void relievesACallerWhomOthersKeepBusy()
    {
        make({.backend = "fake", .limits = {}});
        _registry->open();
        Chain chain(*_registry, 10'000);
        chain.next();
        CPPUNIT_ASSERT(chain.doneHere() < 10);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, chain.left());
        CPPUNIT_ASSERT(outcomeOf(*_registry, put(testPeer(3))) == Outcome::created);
    }

    void closesWhileItsThreadWorksForOthers()
    {
        make({.backend = "fake", .limits = {}});
        _registry->open();
        Chain chain(*_registry, 100'000'000);
        chain.next();
        _registry->close(MonotonicTime());
        CPPUNIT_ASSERT(chain.doneHere() < 10); // it was told that the registry takes no more
        CPPUNIT_ASSERT(chain.left() > 0);
    }

    void timersAreNotKeptBusyByOthers()
    {
        make({.backend = "fake", .limits = {}});
        _registry->open();
        outcomeOf(*_registry, contract::putFor(std::chrono::seconds(5), testPeer(3)));
        Chain chain(*_registry, 10'000);
        const auto onExpiry = _registry->changes().subscribe([&](const PeerEvent& event) {
            if (event.cause == PeerEvent::Cause::expiry)
                chain.next();
        });
        _timers.advance(std::chrono::seconds(6));
        CPPUNIT_ASSERT(chain.doneHere() < 10);
    }

    void countsWhatItDoes()
    {
        outcomeOf(*_registry, put(testPeer(1)));
        outcomeOf(*_registry, put(testPeer(2)));
        Peer bad = testPeer(3);
        bad.addresses.front().host.clear();
        CPPUNIT_ASSERT(!apply(*_registry, {put(bad)}).has_value());
        _store.failing = true;
        CPPUNIT_ASSERT(!apply(*_registry, {put(testPeer(4))}).has_value());
        _registry->close(soon());
        CPPUNIT_ASSERT_EQUAL(
            2.0,
            _metrics.value("waymark_registry_changes_total", {{"backend", "fake"}, {"outcome", "created"}})
                .value());
        CPPUNIT_ASSERT_EQUAL(1.0, metric("waymark_registry_refused_total"));
        CPPUNIT_ASSERT_EQUAL(1.0, metric("waymark_registry_write_failures_total"));
        CPPUNIT_ASSERT_EQUAL(2.0, metric("waymark_registry_commits_total"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StoredRegistryTest);

/// The contract over a registry without a store, and over one whose store always succeeds.
class StoredRegistryContractTest : public contract::PeerRegistrySuite
{
    CPPUNIT_TEST_SUB_SUITE(StoredRegistryContractTest, contract::PeerRegistrySuite);
    CPPUNIT_TEST_SUITE_END();

    class Backend final : public contract::RegistryUnderTest
    {
    public:
        Backend() { reopen(); }
        PeerRegistry& registry() override { return *_registry; }
        void stop() override { _registry->close(soon()); }
        void reopen() override
        {
            _registry = std::make_unique<StoredRegistry>(
                StoredRegistry::Options{.backend = "threaded", .limits = {}}, clock(), timers());
            _registry->open(_store);
        }

    private:
        FakeStore _store;
        std::unique_ptr<StoredRegistry> _registry;
    };

    std::unique_ptr<contract::RegistryUnderTest> make() override { return std::make_unique<Backend>(); }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StoredRegistryContractTest);

} // namespace waymark::registry
