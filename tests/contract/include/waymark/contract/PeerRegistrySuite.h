#pragma once

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/contract/RegistryUnderTest.h>

#include <cppunit/extensions/HelperMacros.h>

#include <memory>

namespace waymark::contract
{

/// What every PeerRegistry promises. A back end passes when this class, told how to make one, passes:
///
///     class MyRegistryContractTest : public waymark::contract::PeerRegistrySuite
///     {
///         CPPUNIT_TEST_SUB_SUITE(MyRegistryContractTest, waymark::contract::PeerRegistrySuite);
///         CPPUNIT_TEST_SUITE_END();
///         std::unique_ptr<RegistryUnderTest> make() override;
///     };
///     CPPUNIT_TEST_SUITE_REGISTRATION(MyRegistryContractTest);
class PeerRegistrySuite : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PeerRegistrySuite);
    // Claims.cpp
    CPPUNIT_TEST(startsEmpty);
    CPPUNIT_TEST(tellsCreatedUpdatedUnchanged);
    CPPUNIT_TEST(tellsRemovedAndAbsent);
    CPPUNIT_TEST(givesBackWhatWasPut);
    CPPUNIT_TEST(holdsPeersOfEveryScheme);
    CPPUNIT_TEST(showsTheHighestOrigin);
    CPPUNIT_TEST(keepsAPeerUntilItsLastClaimGoes);
    CPPUNIT_TEST(coveredClaimsMakeNoEvent);
    CPPUNIT_TEST(appliesABatchInOrder);
    CPPUNIT_TEST(anEmptyBatchSucceeds);
    CPPUNIT_TEST(refusesABatchWhole);
    CPPUNIT_TEST(refusesClaimsThatBreakTheRules);
    // EnrSeqs.cpp
    CPPUNIT_TEST(refusesAnOlderEnr);
    CPPUNIT_TEST(acceptsAnEnrOfTheSameSeq);
    CPPUNIT_TEST(refusesAnOlderEnrAfterRemoval);
    CPPUNIT_TEST(claimWithoutEnrLowersNoSeq);
    CPPUNIT_TEST(originsHaveTheirOwnSeqs);
    CPPUNIT_TEST(aStaleChangeLeavesTheRestOfItsBatch);
    // Sync.cpp
    CPPUNIT_TEST(syncReplacesOneOriginsClaims);
    CPPUNIT_TEST(syncWithNothingLetsAllGo);
    CPPUNIT_TEST(syncKeepsAClaimWhoseNewEnrIsStale);
    CPPUNIT_TEST(syncHappensWholeOrNotAtAll);
    CPPUNIT_TEST(syncIsSeenWhole);
    // Leases.cpp
    CPPUNIT_TEST(tellsLeases);
    CPPUNIT_TEST(aClaimIsReadUntilItsLeaseIsOver);
    CPPUNIT_TEST(anEndedLeaseMakesAnEvent);
    CPPUNIT_TEST(anEndedLeaseUncoversTheNextClaim);
    CPPUNIT_TEST(anEndedCoveredLeaseMakesNoEvent);
    CPPUNIT_TEST(renewalsMakeNoRevision);
    CPPUNIT_TEST(aRenewedLeaseLastsLonger);
    CPPUNIT_TEST(renewsOnlyWhatIsThere);
    CPPUNIT_TEST(puttingTheSameAgainRenews);
    CPPUNIT_TEST(refusesTtlsOutOfRange);
    CPPUNIT_TEST(aWallClockThatIsSetEndsNoLease);
    CPPUNIT_TEST(syncedPeersHaveNoLease);
    CPPUNIT_TEST(anEndedLeaseLeavesATombstone);
    CPPUNIT_TEST(tenThousandLeasesEndAtOnce);
    CPPUNIT_TEST(leasesEndWhileOthersChangeThem);
    // Lists.cpp
    CPPUNIT_TEST(listsInOrderOfId);
    CPPUNIT_TEST(pagesAreStableUnderChange);
    CPPUNIT_TEST(aPageNamesItsRevision);
    // Closest.cpp
    CPPUNIT_TEST(closestIsExact);
    CPPUNIT_TEST(closestIsExactWithinReach);
    CPPUNIT_TEST(closestFollowsANewEndpoint);
    CPPUNIT_TEST(closestGivesTheEndpointWithinReach);
    CPPUNIT_TEST(closestForgetsRemovedPeers);
    CPPUNIT_TEST(everyPeerIsClosestToItself);
    // Watches.cpp
    CPPUNIT_TEST(revisionsGrowByOneWithEveryEvent);
    CPPUNIT_TEST(watchFollowsChanges);
    CPPUNIT_TEST(watchReplaysHistoryFirst);
    CPPUNIT_TEST(listThenWatchMissesNothing);
    CPPUNIT_TEST(watchRefusesRevisionsItCannotReplay);
    CPPUNIT_TEST(aSlowWatchIsToldToResync);
    CPPUNIT_TEST(aWatchIsWoken);
    CPPUNIT_TEST(aWatchEndsWhenItIsDestroyed);
    CPPUNIT_TEST(changesAreHeardInOrderBeforeCompletion);
    CPPUNIT_TEST(whoHearsAChangeMayCallBack);
    // Concurrency.cpp
    CPPUNIT_TEST(completesEveryRequestOnce);
    CPPUNIT_TEST(serializesWritersOfOnePeer);
    CPPUNIT_TEST(readersSeeOnlyWholePeers);
    CPPUNIT_TEST(refusesChangesOnceStopped);
    CPPUNIT_TEST_SUITE_END_ABSTRACT();

public:
    void setUp() override { _backend = make(); }
    void tearDown() override { _backend.reset(); }

protected:
    /// A fresh registry, started and empty.
    virtual std::unique_ptr<RegistryUnderTest> make() = 0;

    RegistryUnderTest& backend() { return *_backend; }
    registry::PeerRegistry& registry() { return _backend->registry(); }

    /// Time passes, and what is over by then is out of the index.
    void pass(Duration duration) { backend().timers().advance(duration); }
    /// How many peers closest() finds, 16 at most.
    std::size_t indexed();

private:
    void startsEmpty();
    void tellsCreatedUpdatedUnchanged();
    void tellsRemovedAndAbsent();
    void givesBackWhatWasPut();
    void holdsPeersOfEveryScheme();
    void showsTheHighestOrigin();
    void keepsAPeerUntilItsLastClaimGoes();
    void coveredClaimsMakeNoEvent();
    void appliesABatchInOrder();
    void anEmptyBatchSucceeds();
    void refusesABatchWhole();
    void refusesClaimsThatBreakTheRules();

    void refusesAnOlderEnr();
    void acceptsAnEnrOfTheSameSeq();
    void refusesAnOlderEnrAfterRemoval();
    void claimWithoutEnrLowersNoSeq();
    void originsHaveTheirOwnSeqs();
    void aStaleChangeLeavesTheRestOfItsBatch();

    void syncReplacesOneOriginsClaims();
    void syncWithNothingLetsAllGo();
    void syncKeepsAClaimWhoseNewEnrIsStale();
    void syncHappensWholeOrNotAtAll();
    void syncIsSeenWhole();

    void tellsLeases();
    void aClaimIsReadUntilItsLeaseIsOver();
    void anEndedLeaseMakesAnEvent();
    void anEndedLeaseUncoversTheNextClaim();
    void anEndedCoveredLeaseMakesNoEvent();
    void renewalsMakeNoRevision();
    void aRenewedLeaseLastsLonger();
    void renewsOnlyWhatIsThere();
    void puttingTheSameAgainRenews();
    void refusesTtlsOutOfRange();
    void aWallClockThatIsSetEndsNoLease();
    void syncedPeersHaveNoLease();
    void anEndedLeaseLeavesATombstone();
    void tenThousandLeasesEndAtOnce();
    void leasesEndWhileOthersChangeThem();

    void listsInOrderOfId();
    void pagesAreStableUnderChange();
    void aPageNamesItsRevision();

    void closestIsExact();
    void closestIsExactWithinReach();
    void closestFollowsANewEndpoint();
    void closestGivesTheEndpointWithinReach();
    void closestForgetsRemovedPeers();
    void everyPeerIsClosestToItself();

    void revisionsGrowByOneWithEveryEvent();
    void watchFollowsChanges();
    void watchReplaysHistoryFirst();
    void listThenWatchMissesNothing();
    void watchRefusesRevisionsItCannotReplay();
    void aSlowWatchIsToldToResync();
    void aWatchIsWoken();
    void aWatchEndsWhenItIsDestroyed();
    void changesAreHeardInOrderBeforeCompletion();
    void whoHearsAChangeMayCallBack();

    void completesEveryRequestOnce();
    void serializesWritersOfOnePeer();
    void readersSeeOnlyWholePeers();
    void refusesChangesOnceStopped();

    std::unique_ptr<RegistryUnderTest> _backend;
};

} // namespace waymark::contract
