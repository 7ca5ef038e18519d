#include "access/ProofLedger.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <new>

namespace waymark::httpapi
{

class ProofLedgerWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProofLedgerWithoutMemoryTest);
    CPPUNIT_TEST(remembersNothingThatItDoesNotCount);
    CPPUNIT_TEST_SUITE_END();

    /// Forgetting looks for the count of each proof's address.
    void remembersNothingThatItDoesNotCount()
    {
        const auto address = node::IpAddress::v4(10, 0, 0, 1);
        CPPUNIT_ASSERT(testkit::fault::failEachAllocation([&] {
                           ProofLedger ledger(9, 9);
                           try {
                               ledger.take(node::Hash256{}, 200, 100, address);
                           } catch (const std::bad_alloc&) {
                               CPPUNIT_ASSERT_EQUAL(std::size_t{0}, ledger.size());
                               throw;
                           }
                       }) >= 2);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProofLedgerWithoutMemoryTest);

} // namespace waymark::httpapi
