#include "registry/ClaimTable.h"
#include "registry/tests/ClaimModel.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <variant>

namespace waymark::registry
{

using testkit::fault::FailingMemory;

class ClaimTableWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ClaimTableWithoutMemoryTest);
    CPPUNIT_TEST(whateverFailsNothingChanged);
    CPPUNIT_TEST_SUITE_END();

    static constexpr MonotonicTime now{std::chrono::seconds(10)};
    using Row = std::variant<ClaimRow, ClaimGone, LeaseRow>;

    struct PeerOf
    {
        node::PeerId operator()(const ClaimRow& row) const { return row.peer->id; }
        template <class Other>
        node::PeerId operator()(const Other& row) const
        {
            return row.peer;
        }
    };

    static Row randomRow(RandomRows& rows)
    {
        switch (rows.below(5)) {
        case 0:
            return ClaimGone{rows.id(), rows.origin(), 0};
        case 1:
            return LeaseRow{rows.id(), rows.origin(), rows.lease(), 0};
        default:
            return rows.claim();
        }
    }

    /// Whether it ran through with so many allocations.
    static bool applied(ClaimTable& table, const Row& row, std::uint64_t allocations)
    {
        const FailingMemory memory(allocations, FailingMemory::Fails::onwards);
        try {
            std::visit([&](const auto& kind) { table.apply(kind); }, row);
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }

    void whateverFailsNothingChanged()
    {
        ClaimTable table;
        ClaimModel model;
        RandomRows rows(5);
        std::size_t failures = 0;
        for (int step = 0; step < 1500; ++step) {
            const Row row = randomRow(rows);
            for (std::uint64_t allocations = 0; !applied(table, row, allocations); ++allocations) {
                ++failures;
                model.comparePeer(table, std::visit(PeerOf(), row), now);
                CPPUNIT_ASSERT_EQUAL(model.peers.size(), table.size());
            }
            std::visit([&](const auto& kind) { model.apply(kind); }, row);
            if (step % 10 == 0)
                model.compare(table, now);
        }
        CPPUNIT_ASSERT(failures > 100);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClaimTableWithoutMemoryTest);

} // namespace waymark::registry
