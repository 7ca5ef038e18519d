#include <waymark/contract/PeerRegistrySuite.h>

#include <algorithm>
#include <array>
#include <random>

namespace waymark::contract
{

using node::IpFamily;
using node::IpScope;
using registry::ClosestPeer;
using registry::ClosestQuery;
using registry::Peer;
using registry::ReachSet;

namespace
{

constexpr std::array addresses{"127.0.0.9", "10.1.2.3", "8.8.4.4",    "::1",
                               "fd00::7",   "2600::1",  "203.0.113.5"};

ReachSet reachOf(const node::NodeEndpoint& endpoint)
{
    return ReachSet::of(endpoint.ip.family(), endpoint.ip.scope());
}

/// What closest() must find, the slow way.
struct LinearScan
{
    std::vector<Peer> peers;

    std::vector<Peer> sorted(const node::Hash256& target) const
    {
        std::vector<std::pair<node::Hash256, Peer>> byDistance;
        for (const Peer& peer : peers) {
            node::Hash256 distance = peer.id.publicKey()->nodeId();
            for (std::size_t i = 0; i < distance.size(); ++i)
                distance[i] = static_cast<Byte>(distance[i] ^ target[i]);
            byDistance.emplace_back(distance, peer);
        }
        std::sort(byDistance.begin(), byDistance.end(),
                  [](const auto& left, const auto& right) { return left.first < right.first; });
        std::vector<Peer> result;
        for (auto& [distance, peer] : byDistance)
            result.push_back(std::move(peer));
        return result;
    }
};

std::optional<node::NodeEndpoint> endpointWithin(const Peer& peer, ReachSet reach)
{
    for (const IpFamily family : {IpFamily::v4, IpFamily::v6}) {
        const auto endpoint = peer.endpoint(family);
        if (endpoint && reachOf(*endpoint).meets(reach))
            return endpoint;
    }
    return std::nullopt;
}

void compare(const registry::PeerRegistry& registry, const LinearScan& scan, const ClosestQuery& query,
             std::size_t k)
{
    std::vector<ClosestPeer> out(k);
    const auto answer = registry.closest(query, out);
    std::size_t count = 0;
    std::size_t hidden = 0;
    std::size_t rank = 0;
    for (const Peer& peer : scan.sorted(query.target)) {
        const auto endpoint = endpointWithin(peer, query.reach);
        hidden += rank++ < k && !endpoint ? 1 : 0;
        if (!endpoint || count == k)
            continue;
        CPPUNIT_ASSERT(count < answer.count);
        CPPUNIT_ASSERT(out[count].key == peer.id.publicKey());
        CPPUNIT_ASSERT(out[count].nodeId == peer.id.publicKey()->nodeId());
        CPPUNIT_ASSERT(out[count].endpoint == *endpoint);
        ++count;
    }
    CPPUNIT_ASSERT_EQUAL(count, answer.count);
    CPPUNIT_ASSERT_EQUAL(hidden, answer.hidden);
}

node::Hash256 randomTarget(std::mt19937_64& random)
{
    node::Hash256 target;
    for (Byte& byte : target)
        byte = static_cast<Byte>(random());
    return target;
}

/// A registered peer's own id but for one late bit: where subtrees are deepest.
node::Hash256 targetBeside(const Peer& peer, std::mt19937_64& random)
{
    node::Hash256 target = peer.id.publicKey()->nodeId();
    const std::size_t bit = random() % 256;
    target[bit / 8] = static_cast<Byte>(target[bit / 8] ^ (0x80U >> (bit % 8)));
    return target;
}

} // namespace

void PeerRegistrySuite::closestIsExact()
{
    LinearScan scan;
    registry::ChangeBatch batch;
    for (std::uint64_t i = 0; i < 600; ++i) {
        scan.peers.push_back(testPeer(i));
        batch.push_back(put(scan.peers.back()));
    }
    CPPUNIT_ASSERT(apply(registry(), batch).has_value());
    std::mt19937_64 random(20240117);
    for (const std::size_t k : {0U, 1U, 3U, 16U, 600U, 700U})
        compare(registry(), scan, {randomTarget(random)}, k);
    for (int round = 0; round < 50; ++round) {
        compare(registry(), scan, {randomTarget(random)}, 16);
        compare(registry(), scan, {targetBeside(scan.peers[random() % 600], random)}, 16);
    }
}

void PeerRegistrySuite::closestIsExactWithinReach()
{
    LinearScan scan;
    std::mt19937_64 random(7);
    registry::ChangeBatch batch;
    for (std::uint64_t i = 0; i < 400; ++i) {
        Peer peer = testPeerAt(i, addresses[random() % addresses.size()]);
        if (i % 4 == 0) {
            const Peer more = testPeerAt(i, addresses[random() % addresses.size()], 40404);
            peer.addresses.insert(peer.addresses.end(), more.addresses.begin(), more.addresses.end());
        }
        batch.push_back(put(peer));
        scan.peers.push_back(std::move(peer));
    }
    CPPUNIT_ASSERT(apply(registry(), batch).has_value());
    for (int round = 0; round < 120; ++round) {
        ReachSet reach;
        for (const IpFamily family : {IpFamily::v4, IpFamily::v6}) {
            for (const IpScope scope : {IpScope::loopback, IpScope::lan, IpScope::global, IpScope::special}) {
                if (random() % 3 == 0)
                    reach = reach | ReachSet::of(family, scope);
            }
        }
        compare(registry(), scan, {randomTarget(random), reach}, 1 + random() % 20);
    }
    compare(registry(), scan, {randomTarget(random), ReachSet()}, 16);
}

void PeerRegistrySuite::closestFollowsANewEndpoint()
{
    outcomeOf(registry(), put(testPeerAt(1, "10.0.0.1")));
    outcomeOf(registry(), put(testPeerAt(1, "8.8.8.8", 4000)));
    std::array<ClosestPeer, 16> out;
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().closest({testKey(1).nodeId()}, out).count);
    CPPUNIT_ASSERT((out[0].endpoint == node::NodeEndpoint{node::IpAddress::v4(8, 8, 8, 8), 4000, 4000}));
    const auto lan = registry().closest({testKey(1).nodeId(), ReachSet::of(IpFamily::v4, IpScope::lan)}, out);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, lan.count);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, lan.hidden);

    Peer unreachable = testPeer(1);
    unreachable.addresses.clear();
    outcomeOf(registry(), put(unreachable));
    const auto none = registry().closest({testKey(1).nodeId()}, out);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, none.count);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, none.hidden);
    CPPUNIT_ASSERT(registry().find(testId(1)) == unreachable);
}

void PeerRegistrySuite::closestGivesTheEndpointWithinReach()
{
    Peer both = testPeerAt(1, "2600::1", 6000);
    const Peer v4 = testPeerAt(1, "10.0.0.1", 4000);
    both.addresses.insert(both.addresses.end(), v4.addresses.begin(), v4.addresses.end());
    outcomeOf(registry(), put(both));
    std::array<ClosestPeer, 2> out;
    const auto endpoint = [&](ReachSet reach) {
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().closest({testKey(2).nodeId(), reach}, out).count);
        return out[0].endpoint;
    };
    CPPUNIT_ASSERT(endpoint(ReachSet::of(IpFamily::v6, IpScope::global)) == both.endpoint(IpFamily::v6));
    CPPUNIT_ASSERT(endpoint(ReachSet::of(IpFamily::v4, IpScope::lan)) == both.endpoint(IpFamily::v4));
    CPPUNIT_ASSERT(endpoint(ReachSet::all()) == both.endpoint(IpFamily::v4));
}

void PeerRegistrySuite::closestForgetsRemovedPeers()
{
    LinearScan scan;
    registry::ChangeBatch batch;
    for (std::uint64_t i = 0; i < 200; ++i) {
        scan.peers.push_back(testPeer(i));
        batch.push_back(put(scan.peers.back()));
    }
    CPPUNIT_ASSERT(apply(registry(), batch).has_value());
    std::mt19937_64 random(5);
    while (!scan.peers.empty()) {
        batch.clear();
        std::shuffle(scan.peers.begin(), scan.peers.end(), random);
        for (int i = 0; i < 25; ++i) {
            batch.push_back(registry::DropClaim{scan.peers.back().id, "api"});
            scan.peers.pop_back();
        }
        CPPUNIT_ASSERT(apply(registry(), batch).has_value());
        compare(registry(), scan, {randomTarget(random)}, 16);
    }
}

void PeerRegistrySuite::everyPeerIsClosestToItself()
{
    constexpr std::uint64_t many = 3000;
    registry::ChangeBatch batch;
    for (std::uint64_t i = 0; i < many; ++i)
        batch.push_back(put(testPeer(i)));
    CPPUNIT_ASSERT(apply(registry(), std::move(batch)).has_value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{many}, registry().size());
    for (std::uint64_t i = 0; i < many; ++i) {
        std::array<ClosestPeer, 1> out;
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().closest({testKey(i).nodeId()}, out).count);
        CPPUNIT_ASSERT(out[0].key == testKey(i));
    }
}

} // namespace waymark::contract
