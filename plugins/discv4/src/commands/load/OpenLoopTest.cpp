#include "commands/load/OpenLoop.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <map>
#include <utility>

namespace waymark::discv4::load
{

using namespace std::chrono_literals;

class OpenLoopTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(OpenLoopTest);
    CPPUNIT_TEST(requestsAreDueByTheirNumber);
    CPPUNIT_TEST(oneKindDoesNotWaitForTheOther);
    CPPUNIT_TEST(whatIsDueAndDidNotLeaveWaits);
    CPPUNIT_TEST(aMixOfOneKindHasNoneOfTheOther);
    CPPUNIT_TEST(noneOfThreeKindsWaitsForAnother);
    CPPUNIT_TEST(countsWhatMixesSpread);
    CPPUNIT_TEST_SUITE_END();

public:
    void requestsAreDueByTheirNumber()
    {
        OpenLoop loop({1, 0}, 4, 1s);
        for (const Duration due : {Duration(0ms), Duration(250ms), Duration(500ms), Duration(750ms)}) {
            CPPUNIT_ASSERT(loop.next(Kind::ping) == due);
            loop.left(Kind::ping);
        }
        CPPUNIT_ASSERT(!loop.next(Kind::ping));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{4}, loop.gone(Kind::ping));
    }

    void oneKindDoesNotWaitForTheOther()
    {
        OpenLoop loop({1, 1}, 4, 1s);
        const auto findNode = loop.next(Kind::findNode);
        loop.left(Kind::ping);
        loop.left(Kind::ping);
        CPPUNIT_ASSERT(!loop.next(Kind::ping));
        CPPUNIT_ASSERT(loop.next(Kind::findNode) == findNode);
    }

    void whatIsDueAndDidNotLeaveWaits()
    {
        OpenLoop loop({1, 1}, 10, 1s);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, loop.waiting(Kind::ping, 1h));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, loop.waiting(Kind::findNode, 1h));
        loop.left(Kind::findNode);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{4}, loop.waiting(Kind::findNode, 1h));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1},
                             loop.waiting(Kind::ping, 100ms) + loop.waiting(Kind::findNode, 100ms));
    }

    void aMixOfOneKindHasNoneOfTheOther()
    {
        // Looked for one by one, the other kind would take hours.
        const OpenLoop loop({1, 0}, 1'000'000, 24h);
        CPPUNIT_ASSERT(!loop.next(Kind::findNode));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, loop.waiting(Kind::findNode, 24h));
    }

    void noneOfThreeKindsWaitsForAnother()
    {
        OpenLoop loop({5, 4, 1}, 10, 2s);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{20}, loop.total());
        for (const auto& [kind, number] : {std::pair{Kind::ping, 10}, {Kind::enrRequest, 2}}) {
            Duration before = -1ns;
            for (int i = 0; i < number; ++i) {
                const auto due = loop.next(kind);
                CPPUNIT_ASSERT(due && *due > before);
                before = *due;
                loop.left(kind);
            }
            CPPUNIT_ASSERT(!loop.next(kind));
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, loop.waiting(kind, 2s));
        }
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, loop.waiting(Kind::findNode, 2s));
    }

    void countsWhatMixesSpread()
    {
        for (const Mix mix : {Mix{3, 1}, Mix{1, 0}, Mix{0, 1}, Mix{2, 5}, Mix{10, 8, 1}, Mix{0, 0, 1},
                              Mix{1, 0, 2}, Mix{0, 3, 2}, Mix{1, 1, 1}}) {
            std::map<Kind, std::uint64_t> counts;
            for (std::uint64_t i = 0; i <= 2 * mix.total(); ++i) {
                for (const Kind kind : everyKind)
                    CPPUNIT_ASSERT_EQUAL(counts[kind], mix.before(kind, i));
                if (i > 0 && i % mix.total() == 0)
                    for (const Kind kind : everyKind)
                        CPPUNIT_ASSERT_EQUAL(i / mix.total() * mix.of(kind), counts[kind]);
                ++counts[mix.at(i)];
            }
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OpenLoopTest);

} // namespace waymark::discv4::load
