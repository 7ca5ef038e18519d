#include <waymark/contract/PeerRegistrySuite.h>

#include <algorithm>

namespace waymark::contract
{

void PeerRegistrySuite::listsInOrderOfId()
{
    std::vector<node::PeerId> ids;
    registry::ChangeBatch batch;
    for (std::uint64_t i = 0; i < 53; ++i) {
        batch.push_back(put(testPeer(i), i % 3 == 0 ? "api" : "file"));
        ids.push_back(testId(i));
    }
    CPPUNIT_ASSERT(apply(registry(), batch).has_value());
    std::sort(ids.begin(), ids.end());
    for (const std::size_t pageSize : {1U, 7U, 52U, 53U, 54U, 1000U}) {
        std::vector<node::PeerId> listed;
        for (const registry::Peer& peer : listAll(registry(), pageSize))
            listed.push_back(peer.id);
        CPPUNIT_ASSERT(listed == ids);
    }
    CPPUNIT_ASSERT(!registry().list(std::nullopt, 53).next);
    CPPUNIT_ASSERT(registry().list(std::nullopt, 52).next == ids[51]);
    CPPUNIT_ASSERT(registry().list(ids.back(), 5).peers.empty());
}

void PeerRegistrySuite::pagesAreStableUnderChange()
{
    std::vector<node::PeerId> ids;
    for (std::uint64_t i = 0; i < 40; ++i) {
        outcomeOf(registry(), put(testPeer(i)));
        ids.push_back(testId(i));
    }
    std::sort(ids.begin(), ids.end());
    const auto first = registry().list(std::nullopt, 10);
    // The peer that the cursor names goes, one before it comes, one behind it goes.
    CPPUNIT_ASSERT(apply(registry(), {registry::DropClaim{*first.next, "api"},
                                      registry::DropClaim{ids[25], "api"}, put(testPeer(1000))})
                       .has_value());
    std::vector<node::PeerId> rest;
    auto after = first.next;
    while (after) {
        const auto page = registry().list(after, 10);
        for (const registry::Peer& peer : page.peers)
            rest.push_back(peer.id);
        after = page.next;
    }
    std::vector<node::PeerId> expected(ids.begin() + 10, ids.end());
    std::erase(expected, ids[25]);
    if (testId(1000) > *first.next)
        expected.insert(std::lower_bound(expected.begin(), expected.end(), testId(1000)), testId(1000));
    CPPUNIT_ASSERT(rest == expected);
}

void PeerRegistrySuite::aPageNamesItsRevision()
{
    CPPUNIT_ASSERT(registry().list(std::nullopt, 10).revision == registry().revision());
    outcomeOf(registry(), put(testPeer(1)));
    CPPUNIT_ASSERT(registry().list(std::nullopt, 10).revision == registry().revision());
    CPPUNIT_ASSERT(registry().list(testId(1), 10).revision == registry().revision());
}

} // namespace waymark::contract
