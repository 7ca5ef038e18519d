#include <waymark/contract/RegistryFixtures.h>
#include <waymark/registry/RegistryState.h>
#include <waymark/testkit/ManualClock.h>

#include <cppunit/extensions/HelperMacros.h>

#include <array>

namespace waymark::registry
{

using namespace std::chrono_literals;
using contract::carryOut;
using contract::drop;
using contract::outcomeOf;
using contract::put;
using contract::putFor;
using contract::renew;
using contract::testId;
using contract::testPeer;
using contract::testPeerWithEnr;

/// Leases and the age of tombstones, step by step.
class RegistryStateLeasesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistryStateLeasesTest);
    CPPUNIT_TEST(saysWhichRowsMayWait);
    CPPUNIT_TEST(aFailedRequestRenewsNothing);
    CPPUNIT_TEST(expiryNeedsNoRequest);
    CPPUNIT_TEST(dropsALotInSlices);
    CPPUNIT_TEST(touchedClaimsAreGoneBeforeTheirTurn);
    CPPUNIT_TEST(aFailedRequestTakesBackWhatItMadeRoomFor);
    CPPUNIT_TEST(aTombstonePutBackCountsOnce);
    CPPUNIT_TEST(whatIsOverMakesRoom);
    CPPUNIT_TEST(hidesEachEndOnce);
    CPPUNIT_TEST(hidesSoManyAtATime);
    CPPUNIT_TEST(loadsWhatIsLeft);
    CPPUNIT_TEST(whatWasOverWhenLoadedMakesNoEvent);
    CPPUNIT_TEST(refusesToLoadLeasesThatNoPlanWrote);
    CPPUNIT_TEST(forgetsOldTombstones);
    CPPUNIT_TEST(keepsTombstonesWithoutAnAge);
    CPPUNIT_TEST(loadedTombstonesAgeFromNowAtTheLatest);
    CPPUNIT_TEST_SUITE_END();

    testkit::ManualClock _clock;

    static std::size_t indexed(const RegistryState& state)
    {
        std::array<ClosestPeer, 16> out;
        return state.closest({contract::testKey(1).nodeId()}, out).count;
    }

    void saysWhichRowsMayWait()
    {
        RegistryState state({}, _clock);
        const auto mayWait = [&](const ChangeBatch& batch) {
            const auto plan = carryOut(state, {batch});
            CPPUNIT_ASSERT(!plan.rows.empty());
            return plan.mayWait;
        };
        CPPUNIT_ASSERT(!mayWait({putFor(10s, testPeer(1))}));
        CPPUNIT_ASSERT(mayWait({renew(1)}));
        CPPUNIT_ASSERT(mayWait({putFor(10s, testPeer(1))}));
        CPPUNIT_ASSERT(!mayWait({renew(1, 20s)}));
        CPPUNIT_ASSERT(!mayWait({renew(1), put(testPeer(2))}));
        CPPUNIT_ASSERT(!mayWait({drop(2)}));
        _clock.advance(20s);
        CPPUNIT_ASSERT(mayWait({}));
    }

    void aFailedRequestRenewsNothing()
    {
        RegistryState state({}, _clock);
        carryOut(state, {ChangeBatch{putFor(10s, testPeer(1))}});
        const Lease before = state.claims(testId(1)).front().lease;
        _clock.advance(1s);
        Peer bad = testPeer(2);
        bad.addresses.front().host = "nowhere";
        const auto plan = carryOut(state, {ChangeBatch{renew(1, 0s), put(bad)}});
        CPPUNIT_ASSERT(!plan.reports.front() && plan.rows.empty() && plan.mayWait);
        CPPUNIT_ASSERT(state.claims(testId(1)).front().lease == before);
    }

    void expiryNeedsNoRequest()
    {
        RegistryState state({}, _clock);
        carryOut(state, {ChangeBatch{putFor(10s, testPeerWithEnr(1, 5)), putFor(10s, testPeer(1), "file")}});
        CPPUNIT_ASSERT(!state.hasExpired());
        _clock.advance(10s);
        CPPUNIT_ASSERT(state.hasExpired());
        const auto plan = carryOut(state, {});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, plan.expired.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, plan.rows.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, plan.events.size());
        CPPUNIT_ASSERT(plan.events.front()->cause == PeerEvent::Cause::expiry);
        CPPUNIT_ASSERT(!state.hasExpired());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, state.leases());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, state.tombstones());
    }

    static Peer named(std::uint64_t number)
    {
        return {node::PeerId::parse("addr:peer-" + std::to_string(number)).value(), {}, std::nullopt, {}};
    }

    void dropsALotInSlices()
    {
        RegistryState state({}, _clock);
        ChangeBatch batch;
        for (std::uint64_t number = 0; number < 2500; ++number)
            batch.push_back(putFor(10s, named(number)));
        carryOut(state, {batch});
        _clock.advance(10s);
        std::size_t plans = 0;
        std::size_t gone = 0;
        for (; state.hasExpired(); ++plans) {
            const std::size_t expired = carryOut(state, {}).expired.size();
            CPPUNIT_ASSERT(expired <= 1024);
            gone += expired;
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, plans);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2500}, gone);
    }

    void touchedClaimsAreGoneBeforeTheirTurn()
    {
        RegistryState state({}, _clock);
        ChangeBatch batch;
        for (std::uint64_t number = 0; number < 2500; ++number)
            batch.push_back(putFor(10s, named(number), "file"));
        carryOut(state, {batch});
        _clock.advance(10s);
        ChangeBatch renewals;
        for (std::uint64_t number = 0; number < 2500; ++number)
            renewals.push_back(RenewLease{named(number).id, "file", 10s});
        const auto plan = state.plan(std::vector<RegistryRequest>{renewals});
        CPPUNIT_ASSERT(plan.reports.front()->outcomes == std::vector(2500, Outcome::absent));
        // The last in order of end: more than one plan drops by itself.
        std::vector<Outcome> touched;
        for (const std::uint64_t number : {2498, 2499}) {
            const Change change = number == 2498 ? Change(putFor(10s, named(number), "file"))
                                                 : Change(DropClaim{named(number).id, "file"});
            const auto alone = state.plan(std::vector<RegistryRequest>{ChangeBatch{change}});
            touched.push_back(alone.reports.front()->outcomes.front());
        }
        CPPUNIT_ASSERT((touched == std::vector{Outcome::created, Outcome::absent}));
        Peer bad = testPeer(1);
        bad.addresses.front().host = "nowhere";
        renewals.push_back(put(bad));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1024},
                             state.plan(std::vector<RegistryRequest>{renewals}).expired.size());
        const auto synced = carryOut(state, {SyncClaims{"file", {}}});
        CPPUNIT_ASSERT(synced.reports.front()->outcomes.empty());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2500}, synced.expired.size());
    }

    void aFailedRequestTakesBackWhatItMadeRoomFor()
    {
        RegistryState state({.maximumPeers = 1}, _clock);
        Peer bad = testPeer(2);
        bad.addresses.front().host = "nowhere";
        const auto plan =
            carryOut(state, {ChangeBatch{put(testPeer(1)), put(bad)}, ChangeBatch{put(testPeer(3))}});
        CPPUNIT_ASSERT(!plan.reports[0].has_value() && plan.reports[1].has_value());
    }

    void aTombstonePutBackCountsOnce()
    {
        RegistryState state({.tombstones = 2}, _clock);
        carryOut(state,
                 {ChangeBatch{put(testPeerWithEnr(1, 5)), put(testPeerWithEnr(2, 5)), drop(2), drop(1)}});
        carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 6)), drop(1)}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, state.tombstones());
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(2, 4))) == Outcome::stale);
    }

    void whatIsOverMakesRoom()
    {
        RegistryState state({.maximumPeers = 2000}, _clock);
        ChangeBatch batch;
        for (std::uint64_t number = 0; number < 2000; ++number)
            batch.push_back(putFor(10s, named(number)));
        carryOut(state, {batch});
        CPPUNIT_ASSERT(!carryOut(state, {ChangeBatch{put(testPeer(1))}}).reports.front().has_value());
        _clock.advance(10s);
        ChangeBatch fresh;
        for (std::uint64_t number = 5000; number < 7000; ++number)
            fresh.push_back(put(named(number)));
        CPPUNIT_ASSERT(carryOut(state, {fresh}).reports.front().has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2000}, state.size());
    }

    void hidesEachEndOnce()
    {
        RegistryState state({}, _clock);
        carryOut(state,
                 {ChangeBatch{putFor(10s, testPeer(1)), putFor(10s, testPeer(2)), putFor(20s, testPeer(3))}});
        CPPUNIT_ASSERT(!state.hide(1000));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, indexed(state));
        _clock.advance(10s);
        CPPUNIT_ASSERT(!state.hide(1000));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, indexed(state));
        // What comes back is shown again, though its time was looked at already.
        carryOut(state, {ChangeBatch{putFor(10s, testPeer(1))}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, indexed(state));
        _clock.advance(10s);
        CPPUNIT_ASSERT(!state.hide(1000));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, indexed(state));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, state.size());
    }

    void hidesSoManyAtATime()
    {
        constexpr std::uint64_t peers = 700;
        RegistryState state({}, _clock);
        ChangeBatch batch;
        for (std::uint64_t number = 0; number < peers; ++number) {
            batch.push_back(putFor(std::chrono::seconds(1 + number / 7), testPeer(number)));
            batch.push_back(putFor(1s, named(number))); // which the index never knew
        }
        carryOut(state, {batch});
        _clock.advance(1h);
        const auto shown = [&] {
            std::vector<ClosestPeer> out(peers);
            return state.closest({contract::testKey(1).nodeId()}, out).count;
        };
        CPPUNIT_ASSERT(state.hide(0));
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers}, shown());
        CPPUNIT_ASSERT(state.hide(707)); // the first second's
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers - 7}, shown());
        CPPUNIT_ASSERT(state.hide(300));
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers - 307}, shown());
        CPPUNIT_ASSERT(!state.hide(393));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, shown());
        CPPUNIT_ASSERT(!state.hide(0));
    }

    static ClaimRow row(const Peer& peer, const Lease& lease, std::optional<std::uint64_t> seq = {})
    {
        return {"api", std::make_shared<const Peer>(peer), seq, lease};
    }
    Lease endingAt(Duration ttl, Duration fromNow) const { return {ttl, {}, _clock.wallNow() + fromNow}; }

    void loadsWhatIsLeft()
    {
        RegistryState state({}, _clock);
        const auto left = [&](std::uint64_t peer, Duration ttl, Duration fromNow) {
            CPPUNIT_ASSERT(state.load(row(testPeer(peer), endingAt(ttl, fromNow))).has_value());
            const auto claims = state.claims(testId(peer));
            return claims.empty() ? Duration::zero() : claims.front().lease.expiry - _clock.now();
        };
        CPPUNIT_ASSERT(left(1, 10s, 4s) == 4s);
        CPPUNIT_ASSERT(left(2, 10s, 24h * 3650) == 10s);
        CPPUNIT_ASSERT(left(3, 10s, 0s) == 0s);
        CPPUNIT_ASSERT(left(4, 10s, -24h * 3650) == 0s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, state.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, indexed(state));
        // No time that a file can hold overflows.
        CPPUNIT_ASSERT(state.load(row(testPeer(5), {10s, {}, WallTime::max()})).has_value());
        CPPUNIT_ASSERT(state.load(row(testPeer(6), {10s, {}, WallTime::min()})).has_value());
        CPPUNIT_ASSERT(state.find(testId(5)) && !state.find(testId(6)));
    }

    void whatWasOverWhenLoadedMakesNoEvent()
    {
        RegistryState state({}, _clock);
        CPPUNIT_ASSERT(state.load(row(testPeerWithEnr(1, 5), endingAt(10s, -1s), 5)).has_value());
        const auto plan = carryOut(state, {});
        CPPUNIT_ASSERT(plan.events.empty());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, plan.rows.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, state.tombstones());
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(1, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(1, 5))) == Outcome::created);
    }

    void refusesToLoadLeasesThatNoPlanWrote()
    {
        RegistryState state({}, _clock);
        for (const Duration ttl : {Duration(-1s), Duration(1), maximumTtl + 1ns, Duration::max()}) {
            const auto loaded = state.load(row(testPeer(1), endingAt(ttl, 1s)));
            CPPUNIT_ASSERT(!loaded.has_value());
            CPPUNIT_ASSERT(loaded.error().code == ErrorCode::corrupt);
        }
    }

    void forgetsOldTombstones()
    {
        RegistryState state({.tombstoneAge = 24h}, _clock);
        carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 5)), put(testPeerWithEnr(2, 5)), drop(1)}});
        _clock.advance(23h);
        carryOut(state, {ChangeBatch{drop(2)}});
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(1, 4))) == Outcome::stale);
        _clock.advance(1h);
        const auto plan = carryOut(state, {});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, plan.rows.size());
        CPPUNIT_ASSERT(plan.mayWait && std::get<TombstoneGone>(plan.rows.front()).peer == testId(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, state.tombstones());
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(1, 4))) == Outcome::created);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(2, 4))) == Outcome::stale);
        // It ages by the wall clock, which goes on while nobody runs.
        _clock.setWall(24h);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(2, 4))) == Outcome::created);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, state.tombstones());
    }

    void keepsTombstonesWithoutAnAge()
    {
        RegistryState state({}, _clock);
        carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 5)), drop(1)}});
        _clock.advance(24h * 3650);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(1, 4))) == Outcome::stale);
    }

    void loadedTombstonesAgeFromNowAtTheLatest()
    {
        RegistryState state({.tombstoneAge = 24h}, _clock);
        const WallTime now = _clock.wallNow();
        const auto load = [&](std::uint64_t peer, WallTime buried) {
            CPPUNIT_ASSERT(state.load(TombstoneRow{testId(peer), "api", 5, peer, buried}).has_value());
        };
        load(1, {});
        load(2, now + 24h * 365);
        load(3, now - 23h);
        load(4, now - 24h);
        load(5, WallTime::min());
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(3, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(4, 4))) == Outcome::created);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(5, 4))) == Outcome::created);
        _clock.advance(24h - 1ns);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(1, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(2, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(3, 4))) == Outcome::created);
        _clock.advance(1ns);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(1, 4))) == Outcome::created);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(2, 4))) == Outcome::created);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistryStateLeasesTest);

} // namespace waymark::registry
