#pragma once

#include <waymark/contract/PeerRegistrySuite.h>

namespace waymark::contract
{

/// What a PeerRegistry promises besides when it outlives the process: acknowledged claims, remembered ENR
/// seqs and the revision are there after a restart. Used like PeerRegistrySuite, and contains it.
class DurableRegistrySuite : public PeerRegistrySuite
{
    CPPUNIT_TEST_SUB_SUITE(DurableRegistrySuite, PeerRegistrySuite);
    CPPUNIT_TEST(keepsClaimsOverARestart);
    CPPUNIT_TEST(keepsTheRevisionOverARestart);
    CPPUNIT_TEST(keepsCoveredClaimsOverARestart);
    CPPUNIT_TEST(keepsRememberedSeqsOverARestart);
    CPPUNIT_TEST(keepsRemovalsOverARestart);
    CPPUNIT_TEST(keepsNothingOfARefusedBatch);
    CPPUNIT_TEST_SUITE_END_ABSTRACT();

private:
    void keepsClaimsOverARestart();
    void keepsTheRevisionOverARestart();
    void keepsCoveredClaimsOverARestart();
    void keepsRememberedSeqsOverARestart();
    void keepsRemovalsOverARestart();
    void keepsNothingOfARefusedBatch();
};

} // namespace waymark::contract
