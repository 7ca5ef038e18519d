#include <waymark/contract/RegistryFixtures.h>
#include <waymark/registry/RegistryState.h>

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <memory>

namespace waymark::registry
{

using contract::carryOut;
using contract::drop;
using contract::outcomeOf;
using contract::put;
using contract::testId;
using contract::testPeer;
using contract::testPeerAt;
using contract::testPeerWithEnr;

/// What the contract suite cannot see from outside: bounds, plans and loading.
class RegistryStateTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistryStateTest);
    CPPUNIT_TEST(aPlanTouchesNothing);
    CPPUNIT_TEST(requestsOfAGroupSeeEarlierOnes);
    CPPUNIT_TEST(aFailedRequestLeavesTheOthersOfItsGroup);
    CPPUNIT_TEST(rowsSayWhatToStore);
    CPPUNIT_TEST(unchangedClaimsMakeNoRows);
    CPPUNIT_TEST(refusesPeersOverTheLimit);
    CPPUNIT_TEST(syncMakesRoomBeforeItFills);
    CPPUNIT_TEST(evictsTheOldestTombstone);
    CPPUNIT_TEST(aLowerTombstoneLimitHoldsAfterLoading);
    CPPUNIT_TEST(remembersNothingWithoutTombstones);
    CPPUNIT_TEST(boundsItsHistory);
    CPPUNIT_TEST(loadsWhatPlansWrote);
    CPPUNIT_TEST(refusesToLoadWhatNoPlanWrote);
    CPPUNIT_TEST(loadsRowsUpToTheFirstThatIsWrong);
    CPPUNIT_TEST(loadsManyRowsInAnyOrder);
    CPPUNIT_TEST(claimKeepsItsNumberUntilItGoes);
    CPPUNIT_TEST(whatIsLoadedWithoutANumberGetsOne);
    CPPUNIT_TEST(indexesWhatTheHighestLoadedClaimSays);
    CPPUNIT_TEST(givesAllRowsOfOneRevision);
    CPPUNIT_TEST_SUITE_END();

    void aPlanTouchesNothing()
    {
        RegistryState state;
        const std::vector<RegistryRequest> requests{ChangeBatch{put(testPeer(1))}};
        const auto plan = state.plan(requests);
        CPPUNIT_ASSERT(plan.reports.front().has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, state.size());
        CPPUNIT_ASSERT((state.revision() == Revision{0, 0}));
        CPPUNIT_ASSERT((plan.revision == Revision{0, 1}));
    }

    void requestsOfAGroupSeeEarlierOnes()
    {
        RegistryState state;
        const auto plan =
            carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 5)), put(testPeer(2), "file")},
                             ChangeBatch{put(testPeerWithEnr(1, 4)), drop(1)},
                             ChangeBatch{put(testPeerWithEnr(1, 4)), put(testPeerWithEnr(1, 6))},
                             SyncClaims{"file", {testPeer(3)}}});
        CPPUNIT_ASSERT((plan.reports[1]->outcomes == std::vector{Outcome::stale, Outcome::removed}));
        CPPUNIT_ASSERT((plan.reports[2]->outcomes == std::vector{Outcome::stale, Outcome::created}));
        CPPUNIT_ASSERT((plan.reports[3]->outcomes == std::vector{Outcome::created, Outcome::removed}));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, plan.reports[0]->revision.number);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, plan.reports[1]->revision.number);
        CPPUNIT_ASSERT(!state.find(testId(2)) && state.find(testId(3)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, state.tombstones());
    }

    void aFailedRequestLeavesTheOthersOfItsGroup()
    {
        RegistryState state;
        carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 5))}});
        Peer bad = testPeer(9);
        bad.addresses.front().host = "no address";
        const auto plan = carryOut(state, {ChangeBatch{put(testPeer(2))},
                                           ChangeBatch{drop(1), drop(2), put(testPeer(3)), put(bad)},
                                           SyncClaims{"api", {bad}}, ChangeBatch{put(testPeer(4)), drop(2)}});
        CPPUNIT_ASSERT(plan.reports[0] && !plan.reports[1] && !plan.reports[2] && plan.reports[3]);
        CPPUNIT_ASSERT((plan.reports[3]->outcomes == std::vector{Outcome::created, Outcome::removed}));
        CPPUNIT_ASSERT(state.find(testId(1)) && !state.find(testId(2)) && !state.find(testId(3)));
        CPPUNIT_ASSERT(state.find(testId(4)).has_value());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{4}, state.revision().number);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, plan.events.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, state.tombstones());
    }

    void rowsSayWhatToStore()
    {
        RegistryState state;
        const auto first = carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 5), "file")}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, first.rows.size());
        const auto& claim = std::get<ClaimRow>(first.rows[0]);
        CPPUNIT_ASSERT(*claim.peer == testPeerWithEnr(1, 5) && claim.origin == "file");
        CPPUNIT_ASSERT(claim.enrSeq == 5U);
        const auto second = carryOut(state, {ChangeBatch{drop(1, "file")}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, second.rows.size());
        CPPUNIT_ASSERT(std::get<ClaimGone>(second.rows[0]).peer == testId(1));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, std::get<TombstoneRow>(second.rows[1]).enrSeq);
        const auto third = carryOut(state, {ChangeBatch{put(testPeer(1), "file")}});
        CPPUNIT_ASSERT(std::get<TombstoneGone>(third.rows[0]).origin == "file");
        CPPUNIT_ASSERT(std::get<ClaimRow>(third.rows[1]).enrSeq == 5U);
    }

    void unchangedClaimsMakeNoRows()
    {
        RegistryState state;
        carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 5))}});
        const auto plan =
            carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 5)), put(testPeerWithEnr(1, 4)), drop(2)},
                             SyncClaims{"api", {testPeerWithEnr(1, 5)}}});
        CPPUNIT_ASSERT(plan.rows.empty());
        CPPUNIT_ASSERT(plan.events.empty());
    }

    void refusesPeersOverTheLimit()
    {
        RegistryState state({.maximumPeers = 2});
        carryOut(state, {ChangeBatch{put(testPeer(1)), put(testPeer(2))}});
        const auto plan = carryOut(state, {ChangeBatch{put(testPeerAt(1, "8.8.8.8")), put(testPeer(3))},
                                           ChangeBatch{put(testPeerAt(2, "8.8.8.8"))},
                                           ChangeBatch{put(testPeer(1), "file")}});
        CPPUNIT_ASSERT(!plan.reports[0]);
        CPPUNIT_ASSERT(plan.reports[0].error().code == ErrorCode::unavailable);
        CPPUNIT_ASSERT(plan.reports[1] && plan.reports[2]);
        CPPUNIT_ASSERT(state.find(testId(1)) == testPeer(1));
        CPPUNIT_ASSERT(carryOut(state, {ChangeBatch{drop(2), put(testPeer(3))}}).reports[0].has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, state.size());
    }

    void syncMakesRoomBeforeItFills()
    {
        RegistryState state({.maximumPeers = 2});
        carryOut(state, {SyncClaims{"file", {testPeer(1), testPeer(2)}}});
        CPPUNIT_ASSERT(
            carryOut(state, {SyncClaims{"file", {testPeer(3), testPeer(4)}}}).reports[0].has_value());
        CPPUNIT_ASSERT(state.find(testId(3)) && state.find(testId(4)));
    }

    void evictsTheOldestTombstone()
    {
        RegistryState state({.tombstones = 2});
        for (const std::uint64_t peer : {3U, 1U, 2U}) {
            outcomeOf(state, put(testPeerWithEnr(peer, 5)));
            outcomeOf(state, drop(peer));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, state.tombstones());
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(1, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(2, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(3, 4))) == Outcome::created);
        // Within one plan as well.
        ChangeBatch batch;
        for (std::uint64_t peer = 10; peer < 15; ++peer) {
            batch.push_back(put(testPeerWithEnr(peer, 5)));
            batch.push_back(drop(peer));
        }
        carryOut(state, {batch});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, state.tombstones());
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(12, 4))) == Outcome::created);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(13, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(14, 4))) == Outcome::stale);
    }

    void aLowerTombstoneLimitHoldsAfterLoading()
    {
        RegistryState state({.tombstones = 1});
        for (std::uint64_t peer = 1; peer <= 3; ++peer)
            CPPUNIT_ASSERT(state.load(TombstoneRow{testId(peer), "api", 5, peer}).has_value());
        const auto plan = carryOut(state, {ChangeBatch{put(testPeer(9))}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, state.tombstones());
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, plan.rows.size());
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(3, 4))) == Outcome::stale);
    }

    void remembersNothingWithoutTombstones()
    {
        RegistryState state({.tombstones = 0});
        outcomeOf(state, put(testPeerWithEnr(1, 5)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, carryOut(state, {ChangeBatch{drop(1)}}).rows.size());
        CPPUNIT_ASSERT(outcomeOf(state, put(testPeerWithEnr(1, 4))) == Outcome::created);
    }

    void boundsItsHistory()
    {
        RegistryState state({.history = 3});
        state.begin({77, 100});
        for (std::uint64_t peer = 1; peer <= 5; ++peer)
            outcomeOf(state, put(testPeer(peer)));
        CPPUNIT_ASSERT(!state.watch({77, 101}, {}).has_value());
        auto watch = state.watch({77, 102}, {});
        CPPUNIT_ASSERT(watch.has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, (*watch)->take(10).events.size());
    }

    void loadsWhatPlansWrote()
    {
        RegistryState state;
        const auto plan =
            carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 5)), put(testPeerAt(1, "8.8.8.8"), "file"),
                                         put(testPeerWithEnr(2, 7))},
                             ChangeBatch{put(testPeer(2))}});
        RegistryState copy;
        copy.begin(plan.revision);
        CPPUNIT_ASSERT(copy.load(std::get<ClaimRow>(plan.rows[1])).has_value());
        CPPUNIT_ASSERT(copy.load(std::get<ClaimRow>(plan.rows[0])).has_value());
        CPPUNIT_ASSERT(copy.load(std::get<ClaimRow>(plan.rows[3])).has_value());
        CPPUNIT_ASSERT(copy.find(testId(1)) == state.find(testId(1)));
        CPPUNIT_ASSERT(copy.claims(testId(1)) == state.claims(testId(1)));
        CPPUNIT_ASSERT(copy.revision() == state.revision());
        CPPUNIT_ASSERT(outcomeOf(copy, put(testPeerWithEnr(2, 6))) == Outcome::stale);
        std::array<ClosestPeer, 4> out;
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, copy.closest({contract::testKey(1).nodeId()}, out).count);
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), out[0].endpoint.ip.toString());
    }

    void refusesToLoadWhatNoPlanWrote()
    {
        RegistryState state;
        const auto row = [](const Peer& peer, std::string origin, std::optional<std::uint64_t> seq) {
            return ClaimRow{std::move(origin), std::make_shared<const Peer>(peer), seq};
        };
        const auto refuses = [&state](StoredRow stored) {
            const auto loaded = state.load(std::move(stored));
            CPPUNIT_ASSERT(!loaded.has_value());
            CPPUNIT_ASSERT(loaded.error().code == ErrorCode::corrupt);
        };
        CPPUNIT_ASSERT(state.load(row(testPeer(1), "api", {})).has_value());
        refuses(row(testPeer(1), "api", {}));
        refuses(row(testPeer(2), "", {}));
        refuses(row(testPeerWithEnr(3, 5), "api", {}));
        refuses(row(testPeerWithEnr(3, 5), "api", 4));
        refuses(row(testPeerWithEnr(3, 0), "api", {}));
        Peer bad = testPeer(4);
        bad.addresses.front().host = "1.2.3";
        refuses(row(bad, "api", {}));
        CPPUNIT_ASSERT(state.load(TombstoneRow{testId(5), "api", 1, 1}).has_value());
        refuses(TombstoneRow{testId(5), "api", 1, 2});
        refuses(TombstoneRow{testId(6), "api", 1, 1});
        refuses(TombstoneRow{testId(1), "api", 1, 3});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, state.size());
    }

    void claimKeepsItsNumberUntilItGoes()
    {
        RegistryState state;
        auto rows =
            carryOut(state, {ChangeBatch{put(testPeer(1)), put(testPeer(1), "file:a"), put(testPeer(2))},
                             ChangeBatch{put(testPeer(3)), put(Peer{testPeer(4)}, "")}})
                .rows;
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, rows.size());
        for (std::uint64_t i = 0; i < rows.size(); ++i)
            CPPUNIT_ASSERT_EQUAL(i + 1, std::get<ClaimRow>(rows[i]).number);
        rows = carryOut(state, {ChangeBatch{put(testPeerAt(2, "8.8.8.8")), drop(1), put(testPeer(5))}}).rows;
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, std::get<ClaimRow>(rows[0]).number);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, std::get<ClaimGone>(rows[1]).number);
        const std::uint64_t fifth = std::get<ClaimRow>(rows[2]).number;
        CPPUNIT_ASSERT(fifth > 3);
        carryOut(state, {ChangeBatch{drop(5)}});
        rows = carryOut(state, {ChangeBatch{put(testPeer(5))}}).rows;
        CPPUNIT_ASSERT(std::get<ClaimRow>(rows[0]).number > fifth);
    }

    void whatIsLoadedWithoutANumberGetsOne()
    {
        RegistryState state;
        ClaimRow numbered = claim(testPeer(1), "api");
        numbered.number = 7;
        CPPUNIT_ASSERT(state.load(numbered).has_value());
        CPPUNIT_ASSERT(state.load(claim(testPeer(2), "api")).has_value());
        const auto rows = carryOut(state, {ChangeBatch{drop(1), drop(2), put(testPeer(3))}}).rows;
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, std::get<ClaimGone>(rows[0]).number);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, std::get<ClaimGone>(rows[1]).number);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{9}, std::get<ClaimRow>(rows[2]).number);
    }

    static std::size_t near(const RegistryState& state)
    {
        std::array<ClosestPeer, 8> out;
        return state.closest({.target = {}}, out).count;
    }
    static ClaimRow claim(const Peer& peer, const std::string& origin)
    {
        return {origin, std::make_shared<const Peer>(peer), std::nullopt};
    }

    static Result<void> load(RegistryState& state, std::vector<StoredRow> rows)
    {
        auto checked = CheckedRow::check(std::move(rows));
        CPPUNIT_ASSERT(checked.has_value());
        return state.load(*checked);
    }

    void loadsRowsUpToTheFirstThatIsWrong()
    {
        RegistryState state;
        const auto loaded = load(state, {claim(testPeer(1), "api"), claim(testPeer(2), "api"),
                                         claim(testPeer(1), "api"), claim(testPeer(3), "api")});
        CPPUNIT_ASSERT(loaded.error().code == ErrorCode::corrupt);
        CPPUNIT_ASSERT(state.find(testId(1)).has_value());
        CPPUNIT_ASSERT(state.size() <= 3);
        CPPUNIT_ASSERT_EQUAL(state.size(), near(state));
    }

    void loadsManyRowsInAnyOrder()
    {
        constexpr std::uint8_t many = 200;
        std::vector<StoredRow> rows;
        for (std::uint8_t peer = many; peer > 0; --peer) {
            rows.emplace_back(claim(testPeer(peer), "file:a"));
            rows.emplace_back(claim(testPeerAt(peer, "8.8.8.8"), "api"));
        }
        RegistryState together;
        CPPUNIT_ASSERT(load(together, rows).has_value());
        RegistryState single;
        for (auto row = rows.rbegin(); row != rows.rend(); ++row)
            CPPUNIT_ASSERT(single.load(*row).has_value());
        std::array<ClosestPeer, 8> expected;
        std::array<ClosestPeer, 8> found;
        for (std::uint8_t peer = 1; peer <= many; ++peer) {
            CPPUNIT_ASSERT(together.find(testId(peer)) == single.find(testId(peer)));
            const ClosestQuery query{.target = contract::testKey(peer).nodeId()};
            CPPUNIT_ASSERT_EQUAL(expected.size(), single.closest(query, expected).count);
            CPPUNIT_ASSERT_EQUAL(found.size(), together.closest(query, found).count);
            for (std::size_t i = 0; i < found.size(); ++i)
                CPPUNIT_ASSERT(found[i].nodeId == expected[i].nodeId &&
                               found[i].endpoint.ip == expected[i].endpoint.ip);
        }
    }

    void indexesWhatTheHighestLoadedClaimSays()
    {
        RegistryState state;
        Peer nowhere = testPeer(1);
        nowhere.addresses.clear();
        CPPUNIT_ASSERT(load(state, {claim(testPeer(1), "file:a"), claim(nowhere, "api")}).has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, near(state));
    }

    void givesAllRowsOfOneRevision()
    {
        RegistryState state;
        state.begin({3, 5});
        carryOut(state, {ChangeBatch{put(testPeerWithEnr(1, 5)), put(testPeer(1), "file:a"), put(testPeer(2)),
                                     put(testPeerWithEnr(4, 9)), drop(4)}});
        StoredRows stored = state.rows();
        CPPUNIT_ASSERT(stored.revision() == state.revision());
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, stored.size());
        std::vector<StoredRow> rows;
        while (auto row = stored.next())
            rows.push_back(std::move(*row));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, rows.size());
        RegistryState other;
        other.begin(stored.revision());
        CPPUNIT_ASSERT(load(other, rows).has_value());
        CPPUNIT_ASSERT(other.find(testId(1)) == state.find(testId(1)));
        CPPUNIT_ASSERT(other.claims(testId(1)) == state.claims(testId(1)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, other.tombstones());
        CPPUNIT_ASSERT(outcomeOf(other, put(testPeerWithEnr(4, 8))) == Outcome::stale);
        CPPUNIT_ASSERT(outcomeOf(other, put(testPeerWithEnr(1, 4))) == Outcome::stale);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistryStateTest);

} // namespace waymark::registry
