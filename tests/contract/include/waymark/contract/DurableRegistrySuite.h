#pragma once

#include <waymark/contract/PeerRegistrySuite.h>

namespace waymark::contract
{

/// What a PeerRegistry promises besides when it outlives the process: acknowledged claims, remembered ENR
/// seqs are there after a restart, and no revision
/// means two things. Used like PeerRegistrySuite, and contains it.
class DurableRegistrySuite : public PeerRegistrySuite
{
    CPPUNIT_TEST_SUB_SUITE(DurableRegistrySuite, PeerRegistrySuite);
    CPPUNIT_TEST(keepsClaimsOverARestart);
    CPPUNIT_TEST(neverReusesARevisionAfterARestart);
    CPPUNIT_TEST(keepsCoveredClaimsOverARestart);
    CPPUNIT_TEST(keepsRememberedSeqsOverARestart);
    CPPUNIT_TEST(keepsRemovalsOverARestart);
    CPPUNIT_TEST(keepsNothingOfARefusedBatch);
    CPPUNIT_TEST(keepsWhatIsLeftOfALease);
    CPPUNIT_TEST(aLeaseThatEndedMeanwhileIsNotShown);
    CPPUNIT_TEST(aWallClockThatWasSetBackGivesTheWholeTtl);
    CPPUNIT_TEST(keepsRenewals);
    CPPUNIT_TEST(keepsWhatALeaseUncovered);
    CPPUNIT_TEST_SUITE_END_ABSTRACT();

private:
    void keepsClaimsOverARestart();
    void neverReusesARevisionAfterARestart();
    void keepsCoveredClaimsOverARestart();
    void keepsRememberedSeqsOverARestart();
    void keepsRemovalsOverARestart();
    void keepsNothingOfARefusedBatch();
    void keepsWhatIsLeftOfALease();
    void aLeaseThatEndedMeanwhileIsNotShown();
    void aWallClockThatWasSetBackGivesTheWholeTtl();
    void keepsRenewals();
    void keepsWhatALeaseUncovered();
};

} // namespace waymark::contract
