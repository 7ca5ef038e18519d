#include "World.h"
#include "engine/Reach.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>
#include <vector>

namespace waymark::discv4::engine
{

using testing::at;

/// The bounded tables of the engine, each alone.
class PartsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PartsTest);
    CPPUNIT_TEST(proofsForgetTheOldestWhenFull);
    CPPUNIT_TEST(proofsRefuseFurtherNodesOfAFullPrefix);
    CPPUNIT_TEST(proofsKnowTheEndpointThatWasProvenLast);
    CPPUNIT_TEST(proofsAreSweptLongAfterTheyRanOut);
    CPPUNIT_TEST(aProofThatIsRenewedIsNotDoubted);
    CPPUNIT_TEST(pendingPingsOfStrangersAreBounded);
    CPPUNIT_TEST(ownPingsHaveRoomWhenStrangersTookAll);
    CPPUNIT_TEST(replaysFromOtherPortsLeaveRoomForOwnPings);
    CPPUNIT_TEST(pingsToOneEndpointAreASecondApart);
    CPPUNIT_TEST(aPongMatchesOnce);
    CPPUNIT_TEST(nothingMatchesBeforeTheQuestionIsMade);
    CPPUNIT_TEST(rateLimiterLetsBurstThenRateThrough);
    CPPUNIT_TEST(rateLimiterWithoutRateLimitsNothing);
    CPPUNIT_TEST(aConformanceRunStaysWithinTheDefaultRates);
    CPPUNIT_TEST(repeatsOfAPacketAreCounted);
    CPPUNIT_TEST(proofsLeaveRoomToOtherPrefixes);
    CPPUNIT_TEST(proofsThatRanOutMakeRoomInAFullPrefix);
    CPPUNIT_TEST(proofsThatRanOutGoFirst);
    CPPUNIT_TEST(strangersPushOutNoProofOfARegisteredPeer);
    CPPUNIT_TEST(proofsRememberSeveralRequests);
    CPPUNIT_TEST(knownNodesHaveAnAccountOfTheirOwn);
    CPPUNIT_TEST(usableAddressesAreUnicast);
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

    void aProofThatIsRenewedIsNotDoubted()
    {
        EndpointProofs proofs({}, 1);
        const NodeAddress who{id(1), at("8.8.8.8:1").ip};
        proofs.prove(id(1), at("8.8.8.8:1111"), true, _clock.now());
        proofs.doubt(who);
        CPPUNIT_ASSERT(proofs.state(who, _clock.now()) == EndpointProofs::State::aging);
        proofs.prove(id(1), at("8.8.8.8:1111"), true, _clock.now());
        CPPUNIT_ASSERT(proofs.state(who, _clock.now()) == EndpointProofs::State::proven);
    }

    void pendingPingsOfStrangersAreBounded()
    {
        PendingPings pings(few(), 1);
        fill(pings);
        CPPUNIT_ASSERT(pings.reserve(id(99), ping("8.8.8.8:99")) == PendingPings::Reserved::full);
        _clock.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT(pings.expire(_clock.now(), _clock.wallNow()).empty());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, pings.size());
        CPPUNIT_ASSERT(pings.reserve(id(99), ping("8.8.8.8:99")) == PendingPings::Reserved::send);
    }

    void ownPingsHaveRoomWhenStrangersTookAll()
    {
        PendingPings pings(few(), 1);
        fill(pings);
        auto own = ping("8.8.8.8:99");
        own.account = PendingPings::Account::own;
        CPPUNIT_ASSERT(pings.reserve(id(99), own) == PendingPings::Reserved::send);
        _clock.advance(std::chrono::milliseconds(500));
        const auto timedOut = pings.expire(_clock.now(), _clock.wallNow());
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
        next.account = PendingPings::Account::own;
        CPPUNIT_ASSERT(pings.reserve(id(1), next) == PendingPings::Reserved::send);
    }

    void pingsToOneEndpointAreASecondApart()
    {
        PendingPings pings(few(), 1);
        CPPUNIT_ASSERT(pings.reserve(id(1), ping("8.8.8.8:99")) == PendingPings::Reserved::send);
        _clock.advance(std::chrono::milliseconds(900)); // timed out, but in the same second
        pings.expire(_clock.now(), _clock.wallNow());
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

    void repeatsOfAPacketAreCounted()
    {
        RecentHashes hashes(1);
        for (unsigned i = 0; i < 255; ++i)
            CPPUNIT_ASSERT_EQUAL(std::min(i, 254U), hashes.repeats(id(1)));
        CPPUNIT_ASSERT_EQUAL(254U, hashes.repeats(id(1)));
        CPPUNIT_ASSERT_EQUAL(0U, hashes.repeats(id(2)));
    }

    void proofsLeaveRoomToOtherPrefixes()
    {
        Parameters parameters;
        parameters.maximumProofs = 16; // far below what a prefix may have
        EndpointProofs proofs(parameters, 1);
        for (unsigned i = 0; i < 20; ++i)
            CPPUNIT_ASSERT_EQUAL(i < 4, proofs.prove(id(i), at("8.8.8.8:30303"), true, _clock.now()));
        CPPUNIT_ASSERT(proofs.prove(id(30), at("8.8.9.8:30303"), true, _clock.now()));
        CPPUNIT_ASSERT(proofs.prove(id(40), at("8.8.8.8:30303"), true, _clock.now(),
                                    EndpointProofs::Standing::registered));
    }

    void proofsThatRanOutMakeRoomInAFullPrefix()
    {
        Parameters parameters;
        parameters.maximumProofsPerPrefix = 2;
        EndpointProofs proofs(parameters, 1);
        proofs.prove(id(1), at("8.8.8.8:30303"), true, _clock.now());
        _clock.advance(std::chrono::hours(23));
        proofs.prove(id(2), at("8.8.8.8:30303"), true, _clock.now());
        CPPUNIT_ASSERT(!proofs.prove(id(3), at("8.8.8.8:30303"), true, _clock.now()));
        _clock.advance(std::chrono::hours(1));
        CPPUNIT_ASSERT(proofs.prove(id(3), at("8.8.8.8:30303"), true, _clock.now()));
        CPPUNIT_ASSERT(!proofs.prove(id(4), at("8.8.8.8:30303"), true, _clock.now()));
        CPPUNIT_ASSERT(proofs.isProven({id(2), at("8.8.8.8:1").ip}, _clock.now()));
    }

    void proofsThatRanOutGoFirst()
    {
        Parameters parameters;
        parameters.maximumProofs = 64;
        EndpointProofs proofs(parameters, 1);
        for (unsigned i = 0; i < 32; ++i)
            proofs.prove(id(i), at("127.0.0.1:30303"), true, _clock.now());
        _clock.advance(std::chrono::hours(24));
        const auto where = [](unsigned i) {
            return at("10.0." + std::to_string(i % 8) + ".1:30303");
        };
        for (unsigned i = 100; i < 164; ++i)
            CPPUNIT_ASSERT(proofs.prove(id(i), where(i), true, _clock.now()));
        for (unsigned i = 100; i < 164; ++i)
            CPPUNIT_ASSERT(proofs.isProven({id(i), where(i).ip}, _clock.now()));
        CPPUNIT_ASSERT_EQUAL(std::size_t{64}, proofs.size());
    }

    void strangersPushOutNoProofOfARegisteredPeer()
    {
        Parameters parameters;
        parameters.maximumProofs = 16;
        EndpointProofs proofs(parameters, 1);
        proofs.prove(id(1), at("127.0.0.1:30303"), true, _clock.now(), EndpointProofs::Standing::registered);
        for (unsigned i = 2; i < 100; ++i)
            proofs.prove(id(i), at("127.0.0.1:30303"), true, _clock.now());
        CPPUNIT_ASSERT(proofs.isProven({id(1), at("127.0.0.1:1").ip}, _clock.now()));
        CPPUNIT_ASSERT(!proofs.isProven({id(2), at("127.0.0.1:1").ip}, _clock.now()));
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, proofs.size());
    }

    void proofsRememberSeveralRequests()
    {
        EndpointProofs proofs({}, 1);
        const NodeAddress who{id(1), at("8.8.8.8:1").ip};
        proofs.prove(who.id, at("8.8.8.8:1"), true, _clock.now());
        for (unsigned i = 0; i < EndpointProofs::requestsRemembered; ++i)
            CPPUNIT_ASSERT(proofs.firstRequest(who, id(100 + i)));
        for (unsigned i = 0; i < EndpointProofs::requestsRemembered; ++i)
            CPPUNIT_ASSERT(!proofs.firstRequest(who, id(100 + i)));
        CPPUNIT_ASSERT(proofs.firstRequest(who, id(99)));
        CPPUNIT_ASSERT(proofs.firstRequest(who, id(100))); // pushed out
    }

    void knownNodesHaveAnAccountOfTheirOwn()
    {
        PendingPings pings(few(), 1);
        fill(pings);
        auto known = ping("8.8.8.8:1111");
        known.account = PendingPings::Account::known;
        for (unsigned i = 20; i < 28; ++i)
            CPPUNIT_ASSERT(pings.reserve(id(i), known) == PendingPings::Reserved::send);
        CPPUNIT_ASSERT(pings.reserve(id(28), known) == PendingPings::Reserved::full);
        known.account = PendingPings::Account::own; // one becomes this node's own
        CPPUNIT_ASSERT(pings.reserve(id(20), known) == PendingPings::Reserved::pending);
        known.account = PendingPings::Account::known;
        CPPUNIT_ASSERT(pings.reserve(id(28), known) == PendingPings::Reserved::send);
        CPPUNIT_ASSERT(pings.reserve(id(29), known) == PendingPings::Reserved::full);
    }

    void usableAddressesAreUnicast()
    {
        for (const char* const usable : {"8.8.8.8:1", "127.0.0.1:65535", "223.255.255.255:53", "[::1]:30303"})
            CPPUNIT_ASSERT_MESSAGE(usable, isUsable(at(usable)));
        for (const char* const useless :
             {"8.8.8.8:0", "0.0.0.0:1", "224.0.0.1:1", "255.255.255.255:1", "[::]:1", "[ff02::1]:30303"})
            CPPUNIT_ASSERT_MESSAGE(useless, !isUsable(at(useless)));
    }

private:
    static node::Hash256 id(unsigned number) { return node::keccak256(asBytes(std::to_string(number))); }

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
