#include "registry/tests/StoredRegistryFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <thread>

namespace waymark::registry
{

using namespace std::chrono_literals;
using contract::drop;
using contract::outcomeOf;
using contract::put;
using contract::putFor;
using contract::renew;
using contract::testId;
using contract::testPeer;

/// Leases, where the store takes its time or fails.
class StoredRegistryLeasesTest : public StoredRegistryFixture
{
    CPPUNIT_TEST_SUITE(StoredRegistryLeasesTest);
    CPPUNIT_TEST(hidesWhatIsOverWhileAWriteHangs);
    CPPUNIT_TEST(uncoversTheNextClaimWhileAWriteHangs);
    CPPUNIT_TEST(aPendingCommitPutsNothingBackThatIsOver);
    CPPUNIT_TEST(aPendingRenewalPutsItBack);
    CPPUNIT_TEST(anOverdueLeaseCannotBeRenewedFromTheQueue);
    CPPUNIT_TEST(dropsWhatIsOverWhileWritesFail);
    CPPUNIT_TEST(endsLeasesBetweenWritesThatFail);
    CPPUNIT_TEST(renewalStormsCostFewWrites);
    CPPUNIT_TEST(writesRenewalsInFrontOfTheNextRows);
    CPPUNIT_TEST(writesAnotherTtlBeforeItSaysSo);
    CPPUNIT_TEST(keepsWhatCouldNotBeWritten);
    CPPUNIT_TEST(writesWhatWaitsWhenItCloses);
    CPPUNIT_TEST(refusesLeasesWithoutTimers);
    CPPUNIT_TEST(countsLeases);
    CPPUNIT_TEST(tellsWhoseLeasesAreOver);
    CPPUNIT_TEST(timeDoesNothingOnceItIsClosed);
    CPPUNIT_TEST(endsManyInShortTurns);
    CPPUNIT_TEST(theRestOfManyEndsWithTheRegistry);
    CPPUNIT_TEST_SUITE_END();

    std::atomic<std::size_t> _events{0};
    Subscription _subscription;

public:
    void setUp() override
    {
        make({.backend = "fake", .limits = {}});
        _subscription = _registry->changes().subscribe([this](const PeerEvent&) {
            ++_events;
            _events.notify_all();
        });
        _registry->open(_store);
    }

private:
    void awaitEvents(std::size_t count)
    {
        for (std::size_t seen = _events; seen < count; seen = _events)
            _events.wait(seen);
    }

    std::size_t indexed() const
    {
        std::array<ClosestPeer, 16> out;
        return _registry->closest({contract::testKey(1).nodeId()}, out).count;
    }

    void hidesWhatIsOverWhileAWriteHangs()
    {
        outcomeOf(*_registry, putFor(10s, testPeer(1)));
        const Revision before = _registry->revision();
        auto hanging = hang({put(testPeer(2))});
        _timers.advance(11s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, indexed());
        CPPUNIT_ASSERT(!_registry->find(testId(1)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _registry->size());
        CPPUNIT_ASSERT(_registry->revision() == before);
        letGo();
        CPPUNIT_ASSERT(hanging.get().has_value());
        awaitEvents(3);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, indexed());
        CPPUNIT_ASSERT_EQUAL(before.number + 2, _registry->revision().number);
    }

    void uncoversTheNextClaimWhileAWriteHangs()
    {
        outcomeOf(*_registry, putFor(10s, contract::testPeerAt(1, "10.0.0.1")));
        outcomeOf(*_registry, putFor(20s, contract::testPeerAt(1, "10.0.0.2"), "file"));
        auto hanging = hang({put(testPeer(2))});
        const auto shown = [this] {
            std::array<ClosestPeer, 1> out;
            const auto answer = _registry->closest({contract::testKey(1).nodeId()}, out);
            return answer.count == 0 ? std::string() : out[0].endpoint.ip.toString();
        };
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), shown());
        _timers.advance(10s);
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.2"), shown());
        _timers.advance(10s);
        CPPUNIT_ASSERT_EQUAL(std::string(), shown());
        letGo();
        CPPUNIT_ASSERT(hanging.get().has_value());
    }

    void aPendingCommitPutsNothingBackThatIsOver()
    {
        outcomeOf(*_registry, putFor(5s, testPeer(1)));
        // A new claim, a changed one, and a covered one, all over before they are written.
        auto hanging =
            hang({putFor(2s, contract::testPeerAt(1, "10.0.0.9")), putFor(2s, testPeer(2)),
                  putFor(2s, testPeer(3)), putFor(2s, contract::testPeerAt(3, "10.0.0.3"), "file")});
        _timers.advance(6s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, indexed());
        std::atomic<std::size_t> shown{0};
        const auto subscription = _registry->changes().subscribe(
            [&](const PeerEvent&) { shown = std::max(shown.load(), indexed()); });
        letGo();
        CPPUNIT_ASSERT(hanging.get().has_value());
        CPPUNIT_ASSERT(!_registry->find(testId(1)) && !_registry->find(testId(2)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, indexed());
        awaitEvents(7); // three of the changes after the first, and three ends
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, shown.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _registry->size());
    }

    void aPendingRenewalPutsItBack()
    {
        outcomeOf(*_registry, putFor(5s, testPeer(1)));
        outcomeOf(*_registry, putFor(5s, testPeer(2)));
        auto hanging = hang({renew(1, 100s), renew(2, 0s)});
        _timers.advance(6s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, indexed());
        CPPUNIT_ASSERT(!_registry->find(testId(1)));
        letGo();
        CPPUNIT_ASSERT(hanging.get()->outcomes == std::vector(2, Outcome::renewed));
        CPPUNIT_ASSERT(_registry->find(testId(1)) && _registry->find(testId(2)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, indexed());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _events.load());
    }

    void anOverdueLeaseCannotBeRenewedFromTheQueue()
    {
        outcomeOf(*_registry, putFor(5s, testPeer(1)));
        auto hanging = hang({put(testPeer(2))});
        auto late = submit({renew(1)});
        _timers.advance(6s);
        letGo();
        CPPUNIT_ASSERT(hanging.get().has_value());
        CPPUNIT_ASSERT(late.get()->outcomes == std::vector{Outcome::absent});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, indexed());
    }

    void dropsWhatIsOverWhileWritesFail()
    {
        outcomeOf(*_registry, putFor(5s, contract::testPeerWithEnr(1, 5)));
        _store.failing = true;
        _timers.advance(6s);
        awaitEvents(2);
        CPPUNIT_ASSERT(!contract::apply(*_registry, {put(contract::testPeerWithEnr(1, 5))}).has_value());
        CPPUNIT_ASSERT(outcomeOf(*_registry, put(contract::testPeerWithEnr(1, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(_registry->health().status == observe::HealthStatus::degraded);
        _store.failing = false;
        CPPUNIT_ASSERT(outcomeOf(*_registry, put(contract::testPeerWithEnr(1, 5))) == Outcome::created);
        const auto rows = _store.writes().back();
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, rows.size());
        CPPUNIT_ASSERT(std::holds_alternative<ClaimGone>(rows[0]));
        CPPUNIT_ASSERT(std::holds_alternative<TombstoneRow>(rows[1]));
        CPPUNIT_ASSERT(std::holds_alternative<TombstoneGone>(rows[2]));
        CPPUNIT_ASSERT(std::holds_alternative<ClaimRow>(rows[3]));
    }

    /// Clients that try again and again leave the writer no pause.
    void endsLeasesBetweenWritesThatFail()
    {
        outcomeOf(*_registry, putFor(5s, testPeer(1)));
        _store.failing = true;
        auto first = hang({put(testPeer(2))});
        auto second = submit({put(testPeer(3))});
        _timers.advance(6s);
        _store.go.release();
        CPPUNIT_ASSERT(!first.get().has_value());
        _store.entered.acquire();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _events.load());
        letGo();
        CPPUNIT_ASSERT(!second.get().has_value());
    }

    void renewalStormsCostFewWrites()
    {
        constexpr std::uint64_t peers = 20;
        for (std::uint64_t peer = 1; peer <= peers; ++peer)
            outcomeOf(*_registry, putFor(1min, testPeer(peer)));
        while (_store.entered.try_acquire()) {
        }
        const std::size_t before = _store.writes().size();
        for (int second = 1; second <= 10; ++second) {
            for (int round = 0; round < 5; ++round) {
                for (std::uint64_t peer = 1; peer <= peers; ++peer)
                    CPPUNIT_ASSERT(outcomeOf(*_registry, renew(peer)) == Outcome::renewed);
                _timers.advance(200ms);
            }
            _store.entered.acquire();
        }
        _registry->close(std::chrono::steady_clock::now() + 1min);
        const auto writes = _store.writes();
        CPPUNIT_ASSERT_EQUAL(before + 10, writes.size());
        for (std::size_t i = before; i < writes.size(); ++i)
            CPPUNIT_ASSERT_EQUAL(std::size_t{peers}, writes[i].size());
        const auto& last = std::get<LeaseRow>(writes.back().front());
        CPPUNIT_ASSERT(last.lease.wallExpiry == _clock.wallNow() - 200ms + 1min);
    }

    void writesRenewalsInFrontOfTheNextRows()
    {
        outcomeOf(*_registry, putFor(1min, testPeer(1)));
        outcomeOf(*_registry, renew(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _store.writes().size());
        outcomeOf(*_registry, put(testPeer(2)));
        const auto writes = _store.writes();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, writes.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, writes[1].size());
        CPPUNIT_ASSERT(std::get<LeaseRow>(writes[1][0]).peer == testId(1));
        CPPUNIT_ASSERT(std::get<ClaimRow>(writes[1][1]).peer->id == testId(2));
        outcomeOf(*_registry, put(testPeer(3)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _store.writes().back().size());
    }

    void writesAnotherTtlBeforeItSaysSo()
    {
        outcomeOf(*_registry, putFor(1min, testPeer(1)));
        for (const Duration ttl : {Duration(2min), Duration(0s), Duration(1min)}) {
            const std::size_t before = _store.writes().size();
            CPPUNIT_ASSERT(outcomeOf(*_registry, renew(1, ttl)) == Outcome::renewed);
            CPPUNIT_ASSERT_EQUAL(before + 1, _store.writes().size());
        }
        _store.failing = true;
        CPPUNIT_ASSERT(!contract::apply(*_registry, {renew(1, 0s)}).has_value());
        CPPUNIT_ASSERT(_registry->claims(testId(1)).front().lease.ttl == 1min);
    }

    void keepsWhatCouldNotBeWritten()
    {
        outcomeOf(*_registry, putFor(1min, testPeer(1)));
        outcomeOf(*_registry, putFor(1min, testPeer(2)));
        while (_store.entered.try_acquire()) {
        }
        _store.failing = true;
        outcomeOf(*_registry, renew(1));
        _timers.advance(1s);
        _store.entered.acquire();
        while (_registry->health().status == observe::HealthStatus::ok)
            std::this_thread::yield();
        outcomeOf(*_registry, renew(2));
        _store.failing = false;
        const std::size_t before = _store.writes().size();
        _timers.advance(1s);
        _store.entered.acquire();
        while (_registry->health().status != observe::HealthStatus::ok)
            std::this_thread::yield();
        CPPUNIT_ASSERT_EQUAL(before + 1, _store.writes().size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _store.writes().back().size());
    }

    void writesWhatWaitsWhenItCloses()
    {
        outcomeOf(*_registry, putFor(1min, testPeer(1)));
        outcomeOf(*_registry, renew(1));
        _registry->close(std::chrono::steady_clock::now() + 1min);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _store.writes().size());
        CPPUNIT_ASSERT(std::holds_alternative<LeaseRow>(_store.writes().back().front()));
    }

    void refusesLeasesWithoutTimers()
    {
        StoredRegistry forever({.backend = "forever", .limits = {}});
        forever.open();
        outcomeOf(forever, put(testPeer(1)));
        for (const Change& change : {Change(putFor(1s, testPeer(2))), Change(renew(1, 1s))}) {
            const auto refused = contract::apply(forever, {change});
            CPPUNIT_ASSERT(!refused.has_value());
            CPPUNIT_ASSERT(refused.error().code == ErrorCode::invalidArgument);
        }
        CPPUNIT_ASSERT(outcomeOf(forever, renew(1)) == Outcome::unchanged);
    }

    void countsLeases()
    {
        for (std::uint64_t peer = 1; peer <= 3; ++peer)
            outcomeOf(*_registry, putFor(10s, testPeer(peer)));
        outcomeOf(*_registry, put(testPeer(4)));
        outcomeOf(*_registry, renew(1, 20s));
        CPPUNIT_ASSERT_EQUAL(3.0, metric("waymark_registry_leases"));
        _timers.advance(11s);
        awaitEvents(6);
        outcomeOf(*_registry, put(testPeer(5)));
        CPPUNIT_ASSERT_EQUAL(1.0, metric("waymark_registry_leases"));
        CPPUNIT_ASSERT_EQUAL(2.0, metric("waymark_registry_expired_total"));
        CPPUNIT_ASSERT_EQUAL(
            1.0,
            _metrics.value("waymark_registry_changes_total", {{"backend", "fake"}, {"outcome", "renewed"}})
                .value());
    }

    void tellsWhoseLeasesAreOver()
    {
        std::vector<std::string> told;
        StoredRegistry memory({.backend = "memory",
                               .limits = {},
                               .leasesOver =
                                   [&](const LeasesOver& over) {
                                       CPPUNIT_ASSERT(!over.moreFollow);
                                       for (const ClaimGone& claim : over.claims)
                                           told.push_back(claim.peer.toString() + ' ' + claim.origin);
                                   }},
                              _clock, _timers);
        memory.open();
        outcomeOf(memory, putFor(10s, testPeer(1)));
        outcomeOf(memory, putFor(5s, testPeer(1), "covered"));
        outcomeOf(memory, putFor(20s, testPeer(2)));
        outcomeOf(memory, drop(2));
        _timers.advance(1min);
        const std::string peer = testId(1).toString();
        CPPUNIT_ASSERT((told == std::vector{peer + " covered", peer + " api"}));
    }

    void timeDoesNothingOnceItIsClosed()
    {
        outcomeOf(*_registry, putFor(10s, testPeer(1)));
        _registry->close(std::chrono::steady_clock::now() + 1min);
        _registry.reset();
        _timers.advance(1min);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _events.load());
    }

    /// Tells when each call of a timer is over.
    class WatchedTimers final : public Timers
    {
    public:
        WatchedTimers(Timers& timers, std::function<void()> over) : _timers(timers), _over(std::move(over)) {}

        Subscription after(Duration delay, std::function<void()> function) override
        {
            return _timers.after(delay, watched(std::move(function)));
        }
        Subscription every(Duration interval, std::function<void()> function) override
        {
            return _timers.every(interval, watched(std::move(function)));
        }

    private:
        std::function<void()> watched(std::function<void()> function) const
        {
            return [this, function = std::move(function)] {
                function();
                _over();
            };
        }

        Timers& _timers;
        const std::function<void()> _over;
    };

    static constexpr std::uint64_t many = 10'000;

    static void registerMany(PeerRegistry& registry)
    {
        ChangeBatch batch;
        for (std::uint64_t number = 0; number < many; ++number)
            batch.push_back(putFor(
                10s, {node::PeerId::parse("addr:" + std::to_string(number)).value(), {}, std::nullopt, {}}));
        CPPUNIT_ASSERT(contract::apply(registry, std::move(batch)).has_value());
    }

    void endsManyInShortTurns()
    {
        std::size_t ended = 0;
        std::size_t before = 0;
        std::size_t most = 0;
        WatchedTimers timers(_timers, [&] { most = std::max(most, ended - std::exchange(before, ended)); });
        StoredRegistry memory({.backend = "memory", .limits = {}}, _clock, timers);
        memory.open();
        registerMany(memory);
        const auto subscription = memory.changes().subscribe([&](const PeerEvent&) { ++ended; });
        _timers.advance(10s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{many}, ended);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1024}, most);
    }

    void theRestOfManyEndsWithTheRegistry()
    {
        std::size_t ended = 0;
        auto memory = std::make_unique<StoredRegistry>(
            StoredRegistry::Options{.backend = "memory", .limits = {}}, _clock, _timers);
        memory->open();
        registerMany(*memory);
        const auto subscription = memory->changes().subscribe([&](const PeerEvent&) {
            if (++ended == many / 2)
                memory->close(std::chrono::steady_clock::now());
        });
        _timers.advance(10s);
        CPPUNIT_ASSERT(ended < many);
        memory.reset();
        _timers.advance(1min);
        CPPUNIT_ASSERT(ended < many);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StoredRegistryLeasesTest);

} // namespace waymark::registry
