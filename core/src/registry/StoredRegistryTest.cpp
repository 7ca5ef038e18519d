#include <waymark/contract/PeerRegistrySuite.h>
#include <waymark/registry/StoredRegistry.h>

#include <cppunit/extensions/HelperMacros.h>

#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
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

/// Notes what is written; can be told to fail or to hold still.
class FakeStore final : public RegistryStore
{
public:
    Result<void> write(const RegistryPlan& plan) override
    {
        entered.release();
        if (held)
            go.acquire();
        const std::lock_guard lock(_mutex);
        _writes.push_back(plan.reports.size());
        if (failing)
            return failure(ErrorCode::unavailable, "registry.db: the disk is full");
        return {};
    }

    std::vector<std::size_t> requestsOfWrites() const
    {
        const std::lock_guard lock(_mutex);
        return _writes;
    }

    std::atomic<bool> held{false};
    std::atomic<bool> failing{false};
    std::counting_semaphore<> entered{0};
    std::counting_semaphore<> go{0};

private:
    mutable std::mutex _mutex;
    std::vector<std::size_t> _writes;
};

} // namespace

class StoredRegistryTest : public CppUnit::TestFixture
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
    CPPUNIT_TEST(countsWhatItDoes);
    CPPUNIT_TEST_SUITE_END();

    FakeStore _store;
    observe::MetricRegistry _metrics;
    testkit::ManualClock _clock;
    testkit::ManualTimers _timers{_clock};
    std::unique_ptr<StoredRegistry> _registry;

    using Future = std::future<Result<ApplyReport>>;

public:
    void setUp() override { start({.backend = "fake", .limits = {}}); }
    void tearDown() override
    {
        _store.held = false;
        _store.go.release(100);
        _registry.reset();
    }

private:
    void start(StoredRegistry::Options options)
    {
        _registry = std::make_unique<StoredRegistry>(std::move(options), _clock, _timers);
        _registry->observe(_metrics);
        _registry->open(_store);
    }

    Future submit(ChangeBatch batch)
    {
        auto promise = std::make_shared<std::promise<Result<ApplyReport>>>();
        auto future = promise->get_future();
        _registry->apply(std::move(batch),
                         [promise](Result<ApplyReport> report) { promise->set_value(std::move(report)); });
        return future;
    }

    /// A first request is in the store and stays there until go.
    Future hang()
    {
        _store.held = true;
        auto first = submit({put(testPeer(1))});
        _store.entered.acquire();
        return first;
    }
    void letGo()
    {
        _store.held = false;
        _store.go.release();
    }

    static bool ready(Future& future)
    {
        return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }

    double metric(const std::string& name) const
    {
        return _metrics.value(name, {{"backend", "fake"}}).value();
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
