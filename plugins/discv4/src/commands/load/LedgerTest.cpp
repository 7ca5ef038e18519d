#include "commands/load/Ledger.h"

#include "commands/load/Schedule.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace waymark::discv4::load
{

using namespace std::chrono_literals;

class LedgerTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LedgerTest);
    CPPUNIT_TEST(latencyCountsFromTheIntendedTime);
    CPPUNIT_TEST(aStallIsChargedToAllThatPiledUp);
    CPPUNIT_TEST(whatIsNotAnsweredInTimeIsLost);
    CPPUNIT_TEST(anIdentityAsksOneQuestionAtATime);
    CPPUNIT_TEST(anIdentityRestsUntilItsAnswerIsWhole);
    CPPUNIT_TEST(aLateAnswerIsNotTakenForThatToTheNextQuestion);
    CPPUNIT_TEST(theMixIsSpreadEvenly);
    CPPUNIT_TEST(mixesAreTwoOrThreeNumbers);
    CPPUNIT_TEST(answersThatNameTheirRequestCountForItsKind);
    CPPUNIT_TEST(theScheduleKeepsItsRateForDays);
    CPPUNIT_TEST_SUITE_END();

    static constexpr MonotonicTime start{1h};

    static node::Hash256 hash(std::uint8_t number)
    {
        node::Hash256 made{};
        made[0] = number;
        return made;
    }

public:
    void latencyCountsFromTheIntendedTime()
    {
        Ledger ledger(1, 500ms);
        ledger.sent(Kind::ping, hash(1), start, start + 30ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, ledger.pending());
        CPPUNIT_ASSERT(ledger.named(hash(1), start + 40ms));
        CPPUNIT_ASSERT(ledger.counts(Kind::ping).latency.greatest() == 40ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, ledger.pending());
        CPPUNIT_ASSERT(!ledger.named(hash(1), start + 41ms));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, ledger.late());
    }

    /// A hundred requests a second, the generator is held up for half a second: half of all have latencies of
    /// up to that, though each was answered in no time once it was sent.
    void aStallIsChargedToAllThatPiledUp()
    {
        Ledger ledger(1, 500ms);
        for (int i = 0; i < 100; ++i) {
            const MonotonicTime intended = start + dueAfter(static_cast<std::uint64_t>(i), 100);
            const MonotonicTime sent = std::max(intended, start + 500ms);
            ledger.sent(Kind::ping, hash(static_cast<std::uint8_t>(i)), intended, sent);
            CPPUNIT_ASSERT(ledger.named(hash(static_cast<std::uint8_t>(i)), sent));
        }
        const Histogram& latency = ledger.counts(Kind::ping).latency;
        CPPUNIT_ASSERT(latency.percentile(50) == 0ms);
        CPPUNIT_ASSERT(latency.percentile(75) >= 250ms);
        CPPUNIT_ASSERT(latency.greatest() == 500ms);
    }

    void whatIsNotAnsweredInTimeIsLost()
    {
        Ledger ledger(1, 500ms);
        ledger.admit(0);
        ledger.sent(Kind::ping, hash(1), start, start);
        ledger.findNodeSent(*ledger.takeIdle(), start, start + 1ms);
        CPPUNIT_ASSERT(ledger.nextDue() == start + 500ms);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, ledger.expire(start + 499ms));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, ledger.expire(start + 500ms));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, ledger.expire(start + 501ms));
        for (const Kind kind : {Kind::ping, Kind::findNode}) {
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, ledger.counts(kind).sent);
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, ledger.counts(kind).lost);
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, ledger.counts(kind).latency.count());
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, ledger.pending());
    }

    void answersThatNameTheirRequestCountForItsKind()
    {
        Ledger ledger(1, 500ms);
        ledger.sent(Kind::ping, hash(1), start, start);
        ledger.sent(Kind::enrRequest, hash(2), start, start);
        ledger.sent(Kind::enrRequest, hash(3), start, start);
        CPPUNIT_ASSERT(ledger.named(hash(2), start + 1ms));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, ledger.expire(start + 500ms));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, ledger.counts(Kind::enrRequest).answered);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, ledger.counts(Kind::enrRequest).lost);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, ledger.counts(Kind::ping).lost);
    }

    void anIdentityAsksOneQuestionAtATime()
    {
        Ledger ledger(2, 500ms);
        CPPUNIT_ASSERT(!ledger.takeIdle());
        ledger.admit(1);
        ledger.admit(0);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, ledger.takeIdle().value());
        ledger.findNodeSent(1, start, start);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, ledger.takeIdle().value());
        CPPUNIT_ASSERT(!ledger.takeIdle());
        CPPUNIT_ASSERT(ledger.neighbors(1, 16, start + 1ms));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, ledger.takeIdle().value());
    }

    void anIdentityRestsUntilItsAnswerIsWhole()
    {
        Ledger ledger(1, 500ms);
        ledger.admit(0);
        ledger.findNodeSent(*ledger.takeIdle(), start, start);
        CPPUNIT_ASSERT(ledger.neighbors(0, 12, start + 1ms));
        CPPUNIT_ASSERT(!ledger.takeIdle());
        CPPUNIT_ASSERT(!ledger.neighbors(0, 4, start + 2ms)); // the rest of the same
        ledger.findNodeSent(*ledger.takeIdle(), start + 2ms, start + 2ms);
        // The rest after the first one ends nothing of the second.
        ledger.expire(start + 21ms);
        CPPUNIT_ASSERT(!ledger.takeIdle());
        CPPUNIT_ASSERT(ledger.neighbors(0, 3, start + 30ms));
        ledger.expire(start + 49ms);
        CPPUNIT_ASSERT(!ledger.takeIdle());
        ledger.expire(start + 50ms);
        CPPUNIT_ASSERT(ledger.takeIdle().has_value());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, ledger.counts(Kind::findNode).answered);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, ledger.late());
    }

    void aLateAnswerIsNotTakenForThatToTheNextQuestion()
    {
        Ledger ledger(1, 500ms);
        ledger.admit(0);
        ledger.findNodeSent(*ledger.takeIdle(), start, start);
        ledger.expire(start + 500ms);
        CPPUNIT_ASSERT(!ledger.takeIdle());
        CPPUNIT_ASSERT(!ledger.neighbors(0, 12, start + 700ms));
        ledger.expire(start + 1'000ms);
        CPPUNIT_ASSERT(ledger.takeIdle().has_value());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, ledger.counts(Kind::findNode).answered);
    }

    void theMixIsSpreadEvenly()
    {
        const Mix mix{3, 1};
        for (std::uint64_t from = 0; from < 40; ++from) {
            unsigned findNodes = 0;
            for (std::uint64_t i = from; i < from + 4; ++i)
                findNodes += mix.at(i) == Kind::findNode ? 1 : 0;
            CPPUNIT_ASSERT_EQUAL(1U, findNodes);
        }
        const Mix three{10, 8, 1};
        for (std::uint64_t from = 0; from < 40; ++from) {
            std::array<unsigned, kindCount> seen{};
            for (std::uint64_t i = from; i < from + three.total(); ++i)
                ++seen[static_cast<std::size_t>(three.at(i))];
            for (const Kind kind : everyKind)
                CPPUNIT_ASSERT_EQUAL(three.of(kind), seen[static_cast<std::size_t>(kind)]);
        }
        CPPUNIT_ASSERT((Mix{1, 0}).at(5) == Kind::ping);
        CPPUNIT_ASSERT((Mix{0, 0, 1}).at(5) == Kind::enrRequest);
        CPPUNIT_ASSERT((Mix{0, 1}).at(5) == Kind::findNode);
    }

    void mixesAreTwoOrThreeNumbers()
    {
        CPPUNIT_ASSERT_EQUAL(3U, Mix::parse("3:1").value().pings);
        CPPUNIT_ASSERT_EQUAL(0U, Mix::parse("1:0").value().findNodes);
        CPPUNIT_ASSERT_EQUAL(0U, Mix::parse("3:1").value().enrRequests);
        CPPUNIT_ASSERT_EQUAL(2U, Mix::parse("0:0:2").value().enrRequests);
        for (const char* const text :
             {"", "3", "0:0", "1:", ":1", "1:x", "1:-1", "1:1001", "0:0:0", "1:1:", "1:1:1:1"})
            CPPUNIT_ASSERT_MESSAGE(text, !Mix::parse(text));
    }

    void theScheduleKeepsItsRateForDays()
    {
        CPPUNIT_ASSERT(dueAfter(0, 3) == 0ns);
        CPPUNIT_ASSERT(dueAfter(1, 3) == 333'333'333ns);
        CPPUNIT_ASSERT(dueAfter(3, 3) == 1s);
        CPPUNIT_ASSERT(dueAfter(1'000'000ULL * 86'400 * 7, 1'000'000) == std::chrono::hours(24 * 7));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LedgerTest);

} // namespace waymark::discv4::load
