#include <waymark/contract/PeerRegistrySuite.h>

namespace waymark::contract
{

using registry::Outcome;

void PeerRegistrySuite::refusesAnOlderEnr()
{
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 5))) == Outcome::created);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, registry().find(testId(1))->enr->seq());
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 6))) == Outcome::updated);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 5))) == Outcome::stale);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{6}, registry().find(testId(1))->enr->seq());
}

void PeerRegistrySuite::acceptsAnEnrOfTheSameSeq()
{
    outcomeOf(registry(), put(testPeerWithEnr(1, 5)));
    registry::Peer same = testPeerWithEnr(1, 5);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(same)) == Outcome::unchanged);
    same.labels["name"] = "renamed";
    CPPUNIT_ASSERT(outcomeOf(registry(), put(same)) == Outcome::updated);
}

void PeerRegistrySuite::refusesAnOlderEnrAfterRemoval()
{
    outcomeOf(registry(), put(testPeerWithEnr(1, 5)));
    outcomeOf(registry(), drop(1));
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, registry().size());
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 5))) == Outcome::created);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
}

void PeerRegistrySuite::claimWithoutEnrLowersNoSeq()
{
    outcomeOf(registry(), put(testPeerWithEnr(1, 5)));
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1))) == Outcome::updated);
    CPPUNIT_ASSERT(!registry().find(testId(1))->enr);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
    outcomeOf(registry(), drop(1));
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1))) == Outcome::created);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 5))) == Outcome::updated);
}

void PeerRegistrySuite::originsHaveTheirOwnSeqs()
{
    outcomeOf(registry(), put(testPeerWithEnr(1, 9), "api"));
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 3), "file")) == Outcome::updated);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{9}, registry().find(testId(1))->enr->seq());
    outcomeOf(registry(), drop(1, "api"));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, registry().find(testId(1))->enr->seq());
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 8), "api")) == Outcome::stale);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4), "file")) == Outcome::updated);
}

void PeerRegistrySuite::aStaleChangeLeavesTheRestOfItsBatch()
{
    outcomeOf(registry(), put(testPeerWithEnr(1, 5)));
    const auto report = apply(registry(), {put(testPeer(2)), put(testPeerWithEnr(1, 4)), put(testPeer(3))});
    CPPUNIT_ASSERT(report.has_value());
    CPPUNIT_ASSERT(
        (report->outcomes == std::vector<Outcome>{Outcome::created, Outcome::stale, Outcome::created}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, registry().size());
}

} // namespace waymark::contract
