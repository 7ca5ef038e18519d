#include <waymark/contract/DurableRegistrySuite.h>

#include <chrono>

namespace waymark::contract
{

using namespace std::chrono_literals;
using registry::Outcome;

void DurableRegistrySuite::keepsWhatIsLeftOfALease()
{
    outcomeOf(registry(), putFor(100s, testPeer(1)));
    outcomeOf(registry(), put(testPeer(2)));
    pass(40s);
    backend().stop();
    pass(20s);
    backend().reopen();
    const auto lease = registry().claims(testId(1)).front().lease;
    CPPUNIT_ASSERT(lease.ttl == 100s);
    CPPUNIT_ASSERT(lease.expiry == backend().clock().now() + 40s);
    CPPUNIT_ASSERT(lease.wallExpiry == backend().clock().wallNow() + 40s);
    CPPUNIT_ASSERT(registry().claims(testId(2)).front().lease.isForever());
    pass(41s);
    CPPUNIT_ASSERT(!registry().find(testId(1)) && registry().find(testId(2)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, indexed());
}

void DurableRegistrySuite::aLeaseThatEndedMeanwhileIsNotShown()
{
    outcomeOf(registry(), putFor(10s, testPeerWithEnr(1, 5)));
    outcomeOf(registry(), putFor(10s, testPeerAt(2, "10.0.0.1")));
    outcomeOf(registry(), put(testPeerAt(2, "10.0.0.2"), "file"));
    outcomeOf(registry(), putFor(1h, testPeer(3)));
    backend().stop();
    backend().clock().setWall(10s);
    backend().reopen();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, registry().size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, indexed());
    CPPUNIT_ASSERT(!registry().find(testId(1)));
    CPPUNIT_ASSERT(registry().find(testId(2)) == testPeerAt(2, "10.0.0.2"));
    // What was never shown makes no event when it goes: the one event is that of the last peer.
    const auto before = registry().revision();
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(4))) == Outcome::created);
    CPPUNIT_ASSERT_EQUAL(before.number + 1, registry().revision().number);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
    backend().clock().setWall(-10s);
    backend().reopen();
    CPPUNIT_ASSERT_MESSAGE("what was over came back", !registry().find(testId(1)));
}

void DurableRegistrySuite::aWallClockThatWasSetBackGivesTheWholeTtl()
{
    outcomeOf(registry(), putFor(100s, testPeer(1)));
    backend().stop();
    backend().clock().setWall(-24h * 365);
    backend().reopen();
    const auto lease = registry().claims(testId(1)).front().lease;
    CPPUNIT_ASSERT(lease.expiry == backend().clock().now() + 100s);
    CPPUNIT_ASSERT(lease.wallExpiry == backend().clock().wallNow() + 100s);
}

void DurableRegistrySuite::keepsRenewals()
{
    outcomeOf(registry(), putFor(100s, testPeer(1)));
    outcomeOf(registry(), putFor(100s, testPeer(2)));
    outcomeOf(registry(), putFor(100s, testPeer(3)));
    pass(90s);
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(1)) == Outcome::renewed);
    CPPUNIT_ASSERT(outcomeOf(registry(), renew(2, 0s)) == Outcome::renewed);
    CPPUNIT_ASSERT(outcomeOf(registry(), putFor(100s, testPeer(3))) == Outcome::renewed);
    backend().reopen();
    pass(50s);
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, registry().size());
    CPPUNIT_ASSERT(registry().claims(testId(2)).front().lease.isForever());
    pass(51s);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().size());
}

void DurableRegistrySuite::keepsWhatALeaseUncovered()
{
    outcomeOf(registry(), putFor(10s, testPeerAt(1, "10.0.0.1")));
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.2"), "file"));
    pass(11s);
    // The expiry is written before what comes after it, or the new claim would be taken away.
    CPPUNIT_ASSERT(outcomeOf(registry(), putFor(1h, testPeerAt(1, "10.0.0.3"))) == Outcome::updated);
    backend().reopen();
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeerAt(1, "10.0.0.3"));
    CPPUNIT_ASSERT((originsOf(registry(), testId(1)) == std::vector<std::string>{"api", "file"}));
}

} // namespace waymark::contract
