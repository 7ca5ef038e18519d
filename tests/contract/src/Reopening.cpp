#include <waymark/contract/DurableRegistrySuite.h>

#include <array>

namespace waymark::contract
{

using registry::Outcome;
using registry::Peer;

void DurableRegistrySuite::keepsClaimsOverARestart()
{
    Peer full = testPeerWithEnr(1, 12);
    full.addresses.push_back({registry::Transport::quic, "2001:db8::5", 443});
    full.labels = {{"name", "größe"}, {"namespace", "a\"b\\c"}};
    const Peer named{node::PeerId::parse("addr:a/b?c").value(),
                     {{registry::Transport::tcp, "db.example.org", 1}},
                     std::nullopt,
                     {}};
    CPPUNIT_ASSERT(apply(registry(), {put(full), put(testPeer(2), "file:a"), put(named)}).has_value());
    const auto listed = listAll(registry());
    backend().reopen();
    CPPUNIT_ASSERT(listAll(registry()) == listed);
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, registry().size());
    CPPUNIT_ASSERT(registry().find(testId(1)) == full);
    CPPUNIT_ASSERT((originsOf(registry(), testId(2)) == std::vector<std::string>{"file:a"}));
    std::array<registry::ClosestPeer, 4> out;
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, registry().closest({testKey(1).nodeId()}, out).count);
    CPPUNIT_ASSERT(out[0].key == testKey(1));
}

void DurableRegistrySuite::neverReusesARevisionAfterARestart()
{
    outcomeOf(registry(), put(testPeer(1)));
    outcomeOf(registry(), put(testPeer(2)));
    const auto last = registry().revision();
    backend().reopen();
    outcomeOf(registry(), put(testPeer(9)));
    const auto next = registry().revision();
    CPPUNIT_ASSERT(next.epoch != last.epoch || next.number == last.number + 1);
    // Who was up to date is told to list again, or of everything since.
    const auto watch = registry().watch(last, {});
    if (!watch)
        CPPUNIT_ASSERT(watch.error().code == ErrorCode::stale);
    else
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, (*watch)->take(10).events.size());
    CPPUNIT_ASSERT(watch.has_value() == (next.epoch == last.epoch));
}

void DurableRegistrySuite::keepsCoveredClaimsOverARestart()
{
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.1"), "api"));
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.2"), "file"));
    backend().reopen();
    CPPUNIT_ASSERT((originsOf(registry(), testId(1)) == std::vector<std::string>{"api", "file"}));
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1)) == Outcome::removed);
    backend().reopen();
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeerAt(1, "10.0.0.2"));
}

void DurableRegistrySuite::keepsRememberedSeqsOverARestart()
{
    outcomeOf(registry(), put(testPeerWithEnr(1, 5)));
    outcomeOf(registry(), put(testPeerWithEnr(2, 5)));
    outcomeOf(registry(), put(testPeer(2)));
    outcomeOf(registry(), drop(1));
    // Seqs use all 64 bits.
    constexpr std::uint64_t huge = ~std::uint64_t{0};
    outcomeOf(registry(), put(testPeerWithEnr(3, huge)));
    outcomeOf(registry(), put(testPeerWithEnr(4, huge)));
    outcomeOf(registry(), drop(4));
    backend().reopen();
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(2, 4))) == Outcome::stale);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(3, huge - 1))) == Outcome::stale);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(4, huge - 1))) == Outcome::stale);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 5))) == Outcome::created);
    outcomeOf(registry(), put(testPeer(1)));
    backend().reopen();
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerWithEnr(1, 4))) == Outcome::stale);
}

void DurableRegistrySuite::keepsRemovalsOverARestart()
{
    CPPUNIT_ASSERT(sync(registry(), "file", {testPeer(1), testPeer(2), testPeer(3)}).has_value());
    CPPUNIT_ASSERT(sync(registry(), "file", {testPeer(2)}).has_value());
    outcomeOf(registry(), put(testPeer(4)));
    outcomeOf(registry(), drop(4));
    backend().reopen();
    CPPUNIT_ASSERT(listAll(registry()) == std::vector<Peer>{testPeer(2)});
}

void DurableRegistrySuite::keepsNothingOfARefusedBatch()
{
    outcomeOf(registry(), put(testPeer(1)));
    Peer bad = testPeer(3);
    bad.labels["name"] = std::string(1000, 'x');
    CPPUNIT_ASSERT(!apply(registry(), {put(testPeer(2)), drop(1), put(bad)}).has_value());
    backend().reopen();
    CPPUNIT_ASSERT(listAll(registry()) == std::vector<Peer>{testPeer(1)});
}

} // namespace waymark::contract
