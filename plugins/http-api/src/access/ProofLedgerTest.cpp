#include "access/ProofLedger.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::httpapi
{

class ProofLedgerTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProofLedgerTest);
    CPPUNIT_TEST(takesEachOnce);
    CPPUNIT_TEST(forgetsWhatHasExpired);
    CPPUNIT_TEST(whatExpiredStaysSoWhenTheClockIsSetBack);
    CPPUNIT_TEST(clockThatWasWrongForAWhileShutsNobodyOut);
    CPPUNIT_TEST(isFullInAllAndForEachAddress);
    CPPUNIT_TEST_SUITE_END();

    using Entry = ProofLedger::Entry;

    const node::IpAddress _near = node::IpAddress::v4(10, 0, 0, 1);
    const node::IpAddress _far = node::IpAddress::v4(10, 0, 0, 2);

    static node::Hash256 digest(Byte number)
    {
        node::Hash256 made{};
        made.back() = number;
        return made;
    }

    void takesEachOnce()
    {
        ProofLedger ledger(9, 9);
        CPPUNIT_ASSERT(ledger.take(digest(1), 200, 100, _near) == Entry::taken);
        CPPUNIT_ASSERT(ledger.take(digest(1), 200, 100, _near) == Entry::used);
        CPPUNIT_ASSERT(ledger.take(digest(1), 200, 199, _far) == Entry::used);
        CPPUNIT_ASSERT(ledger.take(digest(2), 200, 199, _near) == Entry::taken);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, ledger.size());
    }

    void forgetsWhatHasExpired()
    {
        ProofLedger ledger(1, 1);
        CPPUNIT_ASSERT(ledger.take(digest(1), 200, 100, _near) == Entry::taken);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, ProofLedger(1, 1).untilNextForgotten(150));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{50}, ledger.untilNextForgotten(150));
        CPPUNIT_ASSERT(ledger.take(digest(2), 300, 199, _near) == Entry::full);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, ledger.untilNextForgotten(201));
        CPPUNIT_ASSERT(ledger.take(digest(2), 300, 200, _near) == Entry::taken);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, ledger.size());
    }

    void whatExpiredStaysSoWhenTheClockIsSetBack()
    {
        ProofLedger ledger(9, 9);
        CPPUNIT_ASSERT(ledger.take(digest(1), 200, 100, _near) == Entry::taken);
        CPPUNIT_ASSERT(ledger.take(digest(2), 500, 400, _near) == Entry::taken);
        CPPUNIT_ASSERT(ledger.take(digest(1), 200, 100, _near) == Entry::used);
    }

    /// It jumped far ahead, and somebody put it right.
    void clockThatWasWrongForAWhileShutsNobodyOut()
    {
        ProofLedger ledger(9, 9);
        CPPUNIT_ASSERT(ledger.take(digest(1), 200, 100, _near) == Entry::taken);
        CPPUNIT_ASSERT(ledger.take(digest(2), 200, 1'000'000, _near) == Entry::used);
        CPPUNIT_ASSERT(ledger.take(digest(3), 200, 101, _near) == Entry::used); // as 1 may not come again
        CPPUNIT_ASSERT(ledger.take(digest(4), 201, 101, _near) == Entry::taken);
    }

    void isFullInAllAndForEachAddress()
    {
        ProofLedger ledger(3, 2);
        CPPUNIT_ASSERT(ledger.take(digest(1), 200, 100, _near) == Entry::taken);
        CPPUNIT_ASSERT(ledger.take(digest(2), 200, 100, _near) == Entry::taken);
        CPPUNIT_ASSERT(ledger.take(digest(3), 200, 100, _near) == Entry::full);
        CPPUNIT_ASSERT(ledger.take(digest(3), 200, 100, _far) == Entry::taken);
        CPPUNIT_ASSERT(ledger.take(digest(4), 200, 100, _far) == Entry::full);
        CPPUNIT_ASSERT(ledger.take(digest(1), 200, 100, _near) == Entry::used);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProofLedgerTest);

} // namespace waymark::httpapi
