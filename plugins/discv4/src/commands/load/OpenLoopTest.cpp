#include "commands/load/OpenLoop.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>

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

    void countsWhatMixesSpread()
    {
        for (const Mix mix : {Mix{3, 1}, Mix{1, 0}, Mix{0, 1}, Mix{2, 5}}) {
            std::uint64_t pings = 0;
            std::uint64_t findNodes = 0;
            for (std::uint64_t i = 0; i < 50; ++i) {
                CPPUNIT_ASSERT_EQUAL(pings, mix.before(Kind::ping, i));
                CPPUNIT_ASSERT_EQUAL(findNodes, mix.before(Kind::findNode, i));
                (mix.at(i) == Kind::ping ? pings : findNodes) += 1;
            }
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OpenLoopTest);

} // namespace waymark::discv4::load
