#include <waymark/contract/PeerRegistrySuite.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace waymark::contract
{

using registry::Outcome;
using registry::Peer;

void PeerRegistrySuite::syncReplacesOneOriginsClaims()
{
    outcomeOf(registry(), put(testPeer(1), "api"));
    outcomeOf(registry(), put(testPeer(2), "file"));
    outcomeOf(registry(), put(testPeer(3), "file"));
    const auto report = sync(registry(), "file", {testPeer(3), testPeerAt(1, "192.0.2.1"), testPeer(4)});
    CPPUNIT_ASSERT(report.has_value());
    CPPUNIT_ASSERT((report->outcomes == std::vector<Outcome>{Outcome::unchanged, Outcome::updated,
                                                             Outcome::created, Outcome::removed}));
    CPPUNIT_ASSERT(!registry().find(testId(2)));
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeer(1));
    CPPUNIT_ASSERT((originsOf(registry(), testId(1)) == std::vector<std::string>{"api", "file"}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, registry().size());
}

void PeerRegistrySuite::syncWithNothingLetsAllGo()
{
    outcomeOf(registry(), put(testPeer(1), "api"));
    CPPUNIT_ASSERT(sync(registry(), "file", {testPeer(1), testPeer(2), testPeer(3)}).has_value());
    const auto report = sync(registry(), "file", {});
    CPPUNIT_ASSERT(report.has_value());
    CPPUNIT_ASSERT((report->outcomes == std::vector<Outcome>(3, Outcome::removed)));
    CPPUNIT_ASSERT(listAll(registry()) == std::vector<Peer>{testPeer(1)});
    CPPUNIT_ASSERT((originsOf(registry(), testId(1)) == std::vector<std::string>{"api"}));
}

void PeerRegistrySuite::syncKeepsAClaimWhoseNewEnrIsStale()
{
    CPPUNIT_ASSERT(sync(registry(), "file", {testPeerWithEnr(1, 5)}).has_value());
    const auto report = sync(registry(), "file", {testPeerWithEnr(1, 4), testPeer(2)});
    CPPUNIT_ASSERT(report.has_value());
    CPPUNIT_ASSERT((report->outcomes == std::vector<Outcome>{Outcome::stale, Outcome::created}));
    CPPUNIT_ASSERT(registry().find(testId(1)) == testPeerWithEnr(1, 5));
}

void PeerRegistrySuite::syncHappensWholeOrNotAtAll()
{
    CPPUNIT_ASSERT(sync(registry(), "file", {testPeer(1), testPeer(2)}).has_value());
    const auto revision = registry().revision();
    Peer bad = testPeer(4);
    bad.addresses.front().host.clear();
    CPPUNIT_ASSERT(!sync(registry(), "file", {testPeer(3), bad}).has_value());
    CPPUNIT_ASSERT(!sync(registry(), "two words", {testPeer(3)}).has_value());
    CPPUNIT_ASSERT(registry().revision() == revision);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, registry().size());
    CPPUNIT_ASSERT(registry().find(testId(1)) && registry().find(testId(2)));
}

void PeerRegistrySuite::syncIsSeenWhole()
{
    constexpr std::size_t half = 40;
    std::vector<Peer> even;
    std::vector<Peer> odd;
    for (std::uint64_t i = 0; i < 2 * half; ++i)
        (i % 2 == 0 ? even : odd).push_back(testPeer(i));
    CPPUNIT_ASSERT(sync(registry(), "file", even).has_value());
    std::atomic<bool> over{false};
    std::atomic<bool> torn{false};
    std::atomic<std::size_t> looks{0};
    std::jthread reader([&] {
        while (!over) {
            const auto page = registry().list(std::nullopt, 2 * half);
            torn = torn || page.peers.size() != half;
            ++looks;
        }
    });
    for (int round = 0; round < 20; ++round)
        CPPUNIT_ASSERT(sync(registry(), "file", round % 2 == 0 ? odd : even).has_value());
    const std::size_t seen = looks;
    while (looks < seen + 2)
        std::this_thread::yield();
    over = true;
    reader.join();
    CPPUNIT_ASSERT(!torn);
}

} // namespace waymark::contract
