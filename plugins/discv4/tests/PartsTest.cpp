#include "World.h"
#include "engine/Distance.h"
#include "engine/Reach.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>
#include <vector>

namespace waymark::discv4::engine
{

using testing::at;
using testing::nodeAt;

/// The bounded tables of the engine, each alone.
class PartsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PartsTest);
    CPPUNIT_TEST(proofsForgetTheOldestWhenFull);
    CPPUNIT_TEST(proofsRefuseFurtherNodesOfAFullPrefix);
    CPPUNIT_TEST(proofsKnowTheEndpointThatWasProvenLast);
    CPPUNIT_TEST(proofsAreSweptLongAfterTheyRanOut);
    CPPUNIT_TEST(pendingPingsOfStrangersAreBounded);
    CPPUNIT_TEST(ownPingsHaveRoomWhenStrangersTookAll);
    CPPUNIT_TEST(replaysFromOtherPortsLeaveRoomForOwnPings);
    CPPUNIT_TEST(pingsToOneEndpointAreASecondApart);
    CPPUNIT_TEST(aPongMatchesOnce);
    CPPUNIT_TEST(nothingMatchesBeforeTheQuestionIsMade);
    CPPUNIT_TEST(rateLimiterLetsBurstThenRateThrough);
    CPPUNIT_TEST(rateLimiterWithoutRateLimitsNothing);
    CPPUNIT_TEST(aConformanceRunStaysWithinTheDefaultRates);
    CPPUNIT_TEST(tableFoldsNearDistances);
    CPPUNIT_TEST(tableLimitsNodesOfOnePrefix);
    CPPUNIT_TEST(tablePromotesNewestReplacement);
    CPPUNIT_TEST(tableFollowsTheNewestProof);
    CPPUNIT_TEST(earlierCreditOutlastsFailures);
    CPPUNIT_TEST(repeatsOfAPacketAreCounted);
    CPPUNIT_TEST_SUITE_END();

public:
    void proofsForgetTheOldestWhenFull()
    {
        Parameters parameters;
        parameters.maximumProofs = 64;
        EndpointProofs proofs(parameters, 1);
        for (unsigned i = 0; i < 200; ++i)
            CPPUNIT_ASSERT(
                proofs.prove(id(i), at("127.0.0.1:1" + std::to_string(1000 + i)), true, _clock.now()));
        CPPUNIT_ASSERT_EQUAL(std::size_t{64}, proofs.size());
        CPPUNIT_ASSERT(!proofs.isProven({id(0), at("127.0.0.1:1").ip}, _clock.now()));
        CPPUNIT_ASSERT(proofs.isProven({id(199), at("127.0.0.1:1").ip}, _clock.now()));
        CPPUNIT_ASSERT(!proofs.knows(at("127.0.0.1:11000")) && proofs.knows(at("127.0.0.1:11199")));
    }

    void proofsRefuseFurtherNodesOfAFullPrefix()
    {
        Parameters parameters;
        parameters.maximumProofsPerPrefix = 8;
        EndpointProofs proofs(parameters, 1);
        for (unsigned i = 0; i < 20; ++i)
            CPPUNIT_ASSERT_EQUAL(i < 8, proofs.prove(id(i), at("8.8.8.8:30303"), true, _clock.now()));
        CPPUNIT_ASSERT(proofs.prove(id(0), at("8.8.8.8:30303"), true, _clock.now())); // known already
        CPPUNIT_ASSERT(proofs.prove(id(30), at("8.8.9.8:30303"), true, _clock.now()));
        for (unsigned i = 0; i < 20; ++i)
            CPPUNIT_ASSERT(proofs.prove(id(40 + i), at("10.0.0.1:30303"), true, _clock.now()));
    }

    void proofsKnowTheEndpointThatWasProvenLast()
    {
        EndpointProofs proofs({}, 1);
        proofs.prove(id(1), at("8.8.8.8:1111"), true, _clock.now());
        proofs.prove(id(2), at("8.8.8.8:1111"), true, _clock.now());
        proofs.prove(id(1), at("8.8.8.8:2222"), true, _clock.now());
        CPPUNIT_ASSERT(proofs.knows(at("8.8.8.8:1111")) && proofs.knows(at("8.8.8.8:2222")));
        proofs.prove(id(2), at("8.8.8.8:2222"), true, _clock.now());
        CPPUNIT_ASSERT(!proofs.knows(at("8.8.8.8:1111")));
    }

    void proofsAreSweptLongAfterTheyRanOut()
    {
        EndpointProofs proofs({}, 1);
        proofs.prove(id(1), at("8.8.8.8:1111"), true, _clock.now());
        _clock.advance(std::chrono::hours(25));
        proofs.sweep(_clock.now());
        CPPUNIT_ASSERT(proofs.state({id(1), at("8.8.8.8:1").ip}, _clock.now()) ==
                       EndpointProofs::State::expired);
        _clock.advance(std::chrono::hours(24));
        proofs.sweep(_clock.now());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, proofs.size());
        CPPUNIT_ASSERT(!proofs.knows(at("8.8.8.8:1111")));
    }

    void pendingPingsOfStrangersAreBounded()
    {
        PendingPings pings(few(), 1);
        fill(pings);
        CPPUNIT_ASSERT(pings.reserve(id(99), ping("8.8.8.8:99")) == PendingPings::Reserved::full);
        _clock.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT(pings.expire(_clock.now(), _clock.unixSeconds()).empty());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, pings.size());
        CPPUNIT_ASSERT(pings.reserve(id(99), ping("8.8.8.8:99")) == PendingPings::Reserved::send);
    }

    void ownPingsHaveRoomWhenStrangersTookAll()
    {
        PendingPings pings(few(), 1);
        fill(pings);
        auto own = ping("8.8.8.8:99");
        own.own = true;
        CPPUNIT_ASSERT(pings.reserve(id(99), own) == PendingPings::Reserved::send);
        _clock.advance(std::chrono::milliseconds(500));
        const auto timedOut = pings.expire(_clock.now(), _clock.unixSeconds());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, timedOut.size());
        CPPUNIT_ASSERT(timedOut[0].id == id(99) && timedOut[0].to == own.to);
    }

    void replaysFromOtherPortsLeaveRoomForOwnPings()
    {
        PendingPings pings(few(), 1);
        for (std::size_t port = 1; port <= PendingPings::endpointsPerAddress; ++port)
            CPPUNIT_ASSERT(pings.reserve(id(1), ping("8.8.8.8:" + std::to_string(port))) ==
                           PendingPings::Reserved::send);
        auto next = ping("8.8.8.8:30303");
        CPPUNIT_ASSERT(pings.reserve(id(1), next) == PendingPings::Reserved::full);
        next.own = true;
        CPPUNIT_ASSERT(pings.reserve(id(1), next) == PendingPings::Reserved::send);
    }

    void pingsToOneEndpointAreASecondApart()
    {
        PendingPings pings(few(), 1);
        CPPUNIT_ASSERT(pings.reserve(id(1), ping("8.8.8.8:99")) == PendingPings::Reserved::send);
        _clock.advance(std::chrono::milliseconds(900)); // timed out, but in the same second
        pings.expire(_clock.now(), _clock.unixSeconds());
        CPPUNIT_ASSERT(pings.reserve(id(1), ping("8.8.8.8:99")) == PendingPings::Reserved::pending);
        CPPUNIT_ASSERT(pings.reserve(id(1), ping("8.8.8.8:98")) == PendingPings::Reserved::send);
        _clock.advance(std::chrono::milliseconds(100));
        CPPUNIT_ASSERT(pings.reserve(id(1), ping("8.8.8.8:99")) == PendingPings::Reserved::send);
    }

    void aPongMatchesOnce()
    {
        PendingPings pings(few(), 1);
        const auto hash = id(50);
        pings.reserve(id(1), ping("8.8.8.8:99"));
        pings.sent(id(1), at("8.8.8.8:99"), hash);
        const auto ip = at("8.8.8.8:99").ip;
        CPPUNIT_ASSERT(!pings.match({id(2), ip}, hash, _clock.now()));
        CPPUNIT_ASSERT(!pings.match({id(1), at("8.8.4.4:99").ip}, hash, _clock.now()));
        CPPUNIT_ASSERT(!pings.match({id(1), ip}, id(51), _clock.now()));
        CPPUNIT_ASSERT(pings.match({id(1), ip}, hash, _clock.now()).has_value());
        CPPUNIT_ASSERT(!pings.match({id(1), ip}, hash, _clock.now()));
    }

    void nothingMatchesBeforeTheQuestionIsMade()
    {
        const NodeAddress who{id(1), at("8.8.8.8:99").ip};
        PendingPings pings(few(), 1);
        pings.reserve(who.id, ping("8.8.8.8:99"));
        CPPUNIT_ASSERT(!pings.match(who, {}, _clock.now()));
        RecordRequests records(std::chrono::milliseconds(500), 1);
        CPPUNIT_ASSERT(records.reserve(who, _clock.now()));
        CPPUNIT_ASSERT(!records.match(who, {}, _clock.now()));
    }

    void rateLimiterLetsBurstThenRateThrough()
    {
        RateLimiter limiter(1, {10, 5});
        const auto ip = at("8.8.8.8:1").ip;
        CPPUNIT_ASSERT_EQUAL(5, allowed(limiter, ip, 20));
        _clock.advance(std::chrono::milliseconds(300));
        CPPUNIT_ASSERT_EQUAL(3, allowed(limiter, ip, 20));
        _clock.advance(std::chrono::hours(1));
        CPPUNIT_ASSERT_EQUAL(5, allowed(limiter, ip, 20));
        CPPUNIT_ASSERT_EQUAL(5, allowed(limiter, at("8.8.4.4:1").ip, 20));
    }

    void rateLimiterWithoutRateLimitsNothing()
    {
        RateLimiter limiter(1, {0, 0});
        CPPUNIT_ASSERT_EQUAL(1'000, allowed(limiter, at("8.8.8.8:1").ip, 1'000));
    }

    void aConformanceRunStaysWithinTheDefaultRates()
    {
        const io::IngressRates rates;
        RateLimiter perAddress(1, rates.perAddress);
        RateLimiter answers(2, Parameters().answersPerPrefix);
        for (int i = 0; i < 30; ++i) {
            CPPUNIT_ASSERT(perAddress.allow(at("8.8.8.8:1").ip, _clock.now()));
            CPPUNIT_ASSERT(answers.allow(prefixOf(at("8.8.8.8:1").ip), _clock.now()));
            _clock.advance(std::chrono::milliseconds(66));
        }
    }

    void tableFoldsNearDistances()
    {
        CPPUNIT_ASSERT_EQUAL(0U, logDistance(id(1), id(1)));
        node::Hash256 far{};
        far[0] = 0x80;
        CPPUNIT_ASSERT_EQUAL(256U, logDistance({}, far));
        node::Hash256 near{};
        near[31] = 1;
        CPPUNIT_ASSERT_EQUAL(1U, logDistance({}, near));

        // 20 nodes that all differ in the last bytes only share one bucket of 16.
        Table table({}, {}, 1);
        for (Byte i = 1; i <= 20; ++i) {
            TableNode node = stranger(i, "127.0.0." + std::to_string(i) + ":30303");
            node.id = {};
            node.id[31] = i;
            table.proven(node);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, table.size());
    }

    void tableLimitsNodesOfOnePrefix()
    {
        Table table({}, {}, 1);
        for (unsigned i = 0; i < 200; ++i)
            table.proven(stranger(i, "8.8.8.8:30303"));
        CPPUNIT_ASSERT(table.size() > 0 && table.size() <= Table::prefixLimit);
        for (unsigned i = 200; i < 210; ++i)
            table.proven(stranger(i, "8.8." + std::to_string(i) + ".8:30303"));
        CPPUNIT_ASSERT(table.size() >= Table::prefixLimitPerBucket + 10);
        Table local({}, {}, 1);
        for (unsigned i = 0; i < 20; ++i)
            local.proven(stranger(i, "10.0.0.1:30303"));
        CPPUNIT_ASSERT(local.size() > Table::prefixLimit);
    }

    void tablePromotesNewestReplacement()
    {
        Parameters parameters;
        parameters.bucketSize = 1;
        Table table({}, parameters, 1);
        const auto nodes = sameBucket(3);
        CPPUNIT_ASSERT(table.proven(nodes[0]).found.has_value());
        CPPUNIT_ASSERT(!table.proven(nodes[1]).found);
        CPPUNIT_ASSERT(!table.proven(nodes[2]).found);
        const auto effect = table.remove(nodes[0].id);
        CPPUNIT_ASSERT(effect.lost->id == nodes[0].id);
        CPPUNIT_ASSERT(effect.found->id == nodes[2].id);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, table.size());
    }

    void tableFollowsTheNewestProof()
    {
        Table table({}, {}, 1);
        table.proven(stranger(1, "8.8.8.8:30303"));
        table.proven(stranger(1, "8.8.4.4:30304"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, table.size());
        registry::ClosestPeer found;
        CPPUNIT_ASSERT_EQUAL(std::size_t{1},
                             table.closest({id(1), registry::ReachSet::all()}, {&found, 1}).count);
        CPPUNIT_ASSERT(found.endpoint == nodeAt("8.8.4.4:30304"));
    }

    void earlierCreditOutlastsFailures()
    {
        Table table({}, {}, 1);
        const auto node = stranger(1, "8.8.8.8:30303");
        for (int i = 0; i < 30; ++i)
            table.proven(node);
        table.failed(node.id, at("8.8.8.8:1")); // another endpoint says nothing
        CPPUNIT_ASSERT_EQUAL(0U, table.find(node.id)->failures);
        for (int i = 0; i < 3; ++i)
            table.failed(node.id, node.endpoint.udpEndpoint());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, table.size()); // 27 -> 9 -> 3 -> 1
        table.failed(node.id, node.endpoint.udpEndpoint());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, table.size());
    }

    void repeatsOfAPacketAreCounted()
    {
        RecentHashes hashes(1);
        for (unsigned i = 0; i < 255; ++i)
            CPPUNIT_ASSERT_EQUAL(std::min(i, 254U), hashes.repeats(id(1)));
        CPPUNIT_ASSERT_EQUAL(254U, hashes.repeats(id(1)));
        CPPUNIT_ASSERT_EQUAL(0U, hashes.repeats(id(2)));
    }

private:
    static node::Hash256 id(unsigned number) { return node::keccak256(asBytes(std::to_string(number))); }

    static TableNode stranger(unsigned number, const std::string& where)
    {
        TableNode node;
        node.id = id(number);
        node.endpoint = nodeAt(where);
        return node;
    }

    /// Nodes at distance 256 of the zero id.
    static std::vector<TableNode> sameBucket(std::size_t count)
    {
        std::vector<TableNode> nodes;
        for (unsigned i = 0; nodes.size() < count; ++i)
            if (logDistance({}, id(i)) == 256)
                nodes.push_back(stranger(i, "127.0.0.1:30303"));
        return nodes;
    }

    static Parameters few()
    {
        Parameters parameters;
        parameters.maximumPendingPings = 8;
        return parameters;
    }

    PendingPings::Ping ping(const std::string& to) const
    {
        PendingPings::Ping made;
        made.to = at(to);
        made.sentAt = _clock.now();
        made.second = _clock.unixSeconds();
        return made;
    }

    void fill(PendingPings& pings) const
    {
        for (unsigned i = 0; i < 8; ++i)
            CPPUNIT_ASSERT(pings.reserve(id(i), ping("8.8.8.8:1111")) == PendingPings::Reserved::send);
    }

    int allowed(RateLimiter& limiter, const node::IpAddress& ip, int attempts) const
    {
        int passed = 0;
        for (int i = 0; i < attempts; ++i)
            passed += limiter.allow(ip, _clock.now()) ? 1 : 0;
        return passed;
    }

    testkit::ManualClock _clock;
};

CPPUNIT_TEST_SUITE_REGISTRATION(PartsTest);

} // namespace waymark::discv4::engine
