#include <waymark/contract/PeerRegistrySuite.h>

#include <algorithm>

namespace waymark::contract
{

using registry::Outcome;
using registry::Peer;
using registry::Transport;

void PeerRegistrySuite::startsEmpty()
{
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, registry().size());
    CPPUNIT_ASSERT(!registry().find(testId(1)));
    CPPUNIT_ASSERT(originsOf(registry(), testId(1)).empty());
    CPPUNIT_ASSERT(listAll(registry()).empty());
    std::array<registry::ClosestPeer, 16> out;
    const auto answer = registry().closest({testKey(1).nodeId()}, out);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, answer.count);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, answer.hidden);
}

void PeerRegistrySuite::tellsCreatedUpdatedUnchanged()
{
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1))) == Outcome::created);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1))) == Outcome::unchanged);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerAt(1, "192.0.2.7"))) == Outcome::updated);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1), "file")) == Outcome::updated);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().size());
}

void PeerRegistrySuite::tellsRemovedAndAbsent()
{
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1)) == Outcome::absent);
    outcomeOf(registry(), put(testPeer(1)));
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1, "file")) == Outcome::absent);
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1)) == Outcome::removed);
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1)) == Outcome::absent);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(1))) == Outcome::created);
}

void PeerRegistrySuite::givesBackWhatWasPut()
{
    Peer peer = testPeerWithEnr(1, 77);
    peer.addresses = {{Transport::quic, "2001:db8::1", 9000},
                      {Transport::udp, "10.0.0.1", 1},
                      {Transport::tcp, "10.0.0.1", 65535},
                      {Transport::udp, "2001:db8::1", 0}};
    peer.labels = {{"name", "validator-1 \"quoted\" \\ '; --"}, {"namespace", "größe-東京-🛰"}, {"empty", ""}};
    outcomeOf(registry(), put(peer));
    const auto found = registry().find(testId(1));
    CPPUNIT_ASSERT(found.has_value());
    CPPUNIT_ASSERT(*found == peer);
    CPPUNIT_ASSERT(listAll(registry()) == std::vector<Peer>{peer});
    CPPUNIT_ASSERT(outcomeOf(registry(), put(peer)) == Outcome::unchanged);

    Peer bare = testPeer(2);
    bare.addresses.clear();
    outcomeOf(registry(), put(bare));
    CPPUNIT_ASSERT(registry().find(testId(2)) == bare);
}

void PeerRegistrySuite::holdsPeersOfEveryScheme()
{
    const Bytes key(32, 7);
    const Peer named{node::PeerId::parse("addr:db.example.org").value(),
                     {{Transport::tcp, "db.example.org", 5432}},
                     std::nullopt,
                     {}};
    const Peer keyed{node::PeerId::fromBytes(node::PeerScheme::ed25519, key).value(),
                     {{Transport::quic, "peer.example.org", 1}},
                     std::nullopt,
                     {{"nodeType", "relay"}}};
    outcomeOf(registry(), put(named));
    outcomeOf(registry(), put(keyed));
    outcomeOf(registry(), put(testPeer(1)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, registry().size());
    CPPUNIT_ASSERT(registry().find(named.id) == named);
    CPPUNIT_ASSERT(registry().find(keyed.id) == keyed);
    std::array<registry::ClosestPeer, 16> out;
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().closest({testKey(2).nodeId()}, out).count);
}

void PeerRegistrySuite::showsTheHighestOrigin()
{
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.3"), "zone"));
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeerAt(1, "10.0.0.3"));
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.2"), "Afile"));
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeerAt(1, "10.0.0.2"));
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.1"), "api"));
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeerAt(1, "10.0.0.1"));
    CPPUNIT_ASSERT((originsOf(registry(), testId(1)) == std::vector<std::string>{"api", "Afile", "zone"}));
}

void PeerRegistrySuite::keepsAPeerUntilItsLastClaimGoes()
{
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.1"), "api"));
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.2"), "kubernetes"));
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1)) == Outcome::removed);
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeerAt(1, "10.0.0.2"));
    std::array<registry::ClosestPeer, 1> out;
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().closest({testKey(1).nodeId()}, out).count);
    CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.2"), out[0].endpoint.ip.toString());
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1, "kubernetes")) == Outcome::removed);
    CPPUNIT_ASSERT(!registry().find(testId(1)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, registry().size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, registry().closest({testKey(1).nodeId()}, out).count);
}

void PeerRegistrySuite::coveredClaimsMakeNoEvent()
{
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.1")));
    const auto revision = registry().revision();
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeerAt(1, "10.0.0.2"), "file")) == Outcome::updated);
    CPPUNIT_ASSERT(outcomeOf(registry(), drop(1, "file")) == Outcome::removed);
    CPPUNIT_ASSERT(registry().revision() == revision);
}

void PeerRegistrySuite::appliesABatchInOrder()
{
    const auto report =
        apply(registry(), {put(testPeer(1)), put(testPeerAt(1, "192.0.2.1")), drop(1), drop(1),
                           put(testPeerAt(1, "192.0.2.2")), put(testPeer(2)), put(testPeer(2))});
    CPPUNIT_ASSERT(report.has_value());
    CPPUNIT_ASSERT(
        (report->outcomes == std::vector<Outcome>{Outcome::created, Outcome::updated, Outcome::removed,
                                                  Outcome::absent, Outcome::created, Outcome::created,
                                                  Outcome::unchanged}));
    CPPUNIT_ASSERT(report->revision == registry().revision());
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeerAt(1, "192.0.2.2"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, registry().size());
}

void PeerRegistrySuite::anEmptyBatchSucceeds()
{
    outcomeOf(registry(), put(testPeer(1)));
    const auto report = apply(registry(), {});
    CPPUNIT_ASSERT(report.has_value());
    CPPUNIT_ASSERT(report->outcomes.empty());
    CPPUNIT_ASSERT(report->revision == registry().revision());
}

void PeerRegistrySuite::refusesABatchWhole()
{
    outcomeOf(registry(), put(testPeer(1)));
    const auto revision = registry().revision();
    Peer bad = testPeer(3);
    bad.addresses.front().host = "not.an.address";
    const auto report = apply(registry(), {put(testPeer(2)), drop(1), put(bad), put(testPeer(4))});
    CPPUNIT_ASSERT(!report.has_value());
    CPPUNIT_ASSERT(report.error().code == ErrorCode::invalidArgument);
    CPPUNIT_ASSERT(listAll(registry()) == std::vector<Peer>{testPeer(1)});
    CPPUNIT_ASSERT(registry().revision() == revision);
    CPPUNIT_ASSERT(outcomeOf(registry(), put(testPeer(2))) == Outcome::created);
}

void PeerRegistrySuite::refusesClaimsThatBreakTheRules()
{
    const auto refuses = [this](const Peer& peer, const std::string& origin) {
        const auto report = apply(registry(), {put(peer, origin)});
        CPPUNIT_ASSERT(!report.has_value());
        CPPUNIT_ASSERT(report.error().code == ErrorCode::invalidArgument);
        CPPUNIT_ASSERT(!report.error().message.empty());
    };
    const Peer good = testPeer(1);
    refuses(good, "");
    refuses(good, "two words");
    refuses(good, std::string(129, 'o'));
    Peer peer = good;
    peer.addresses.front().host = "10.0.0.01";
    refuses(peer, "api");
    peer = good;
    peer.addresses.front().host = "2001:DB8::0:1";
    refuses(peer, "api");
    peer = good;
    peer.addresses.assign(17, good.addresses.front());
    refuses(peer, "api");
    peer = good;
    peer.labels["name"] = "two\nlines";
    refuses(peer, "api");
    peer.labels["name"] = "broken \xc3 text";
    refuses(peer, "api");
    peer.labels["name"] = std::string(257, 'n');
    refuses(peer, "api");
    peer = good;
    peer.enr = testPeerWithEnr(2, 1).enr;
    refuses(peer, "api");
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, registry().size());
}

} // namespace waymark::contract
