#include "World.h"
#include "engine/Distance.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <vector>

namespace waymark::discv4::engine
{

using testing::at;
using testing::nodeAt;

/// The table of strangers, alone.
class TableTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TableTest);
    CPPUNIT_TEST(foldsNearDistances);
    CPPUNIT_TEST(limitsNodesOfOnePrefix);
    CPPUNIT_TEST(promotesNewestReplacement);
    CPPUNIT_TEST(followsTheNewestProof);
    CPPUNIT_TEST(earlierCreditOutlastsFailures);
    CPPUNIT_TEST(takesTwoNodesOfOnePrefixInABucket);
    CPPUNIT_TEST(countsAMovedNodeInItsNewPrefix);
    CPPUNIT_TEST(movedNodeWithoutRoomWaitsForAPlace);
    CPPUNIT_TEST_SUITE_END();

public:
    void foldsNearDistances()
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

    void limitsNodesOfOnePrefix()
    {
        Table table({}, {}, 1);
        for (unsigned i = 0; i < 200; ++i)
            table.proven(stranger(i, "8.8.8.8:30303"));
        CPPUNIT_ASSERT(table.size() > 0 && table.size() <= Parameters{}.prefixLimit);
        for (unsigned i = 200; i < 210; ++i)
            table.proven(stranger(i, "8.8." + std::to_string(i) + ".8:30303"));
        CPPUNIT_ASSERT(table.size() >= Parameters{}.prefixLimitPerBucket + 10);
        Table local({}, {}, 1);
        for (unsigned i = 0; i < 20; ++i)
            local.proven(stranger(i, "10.0.0.1:30303"));
        CPPUNIT_ASSERT(local.size() > Parameters{}.prefixLimit);
    }

    void promotesNewestReplacement()
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

    void followsTheNewestProof()
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

    void takesTwoNodesOfOnePrefixInABucket()
    {
        Table table({}, {}, 1);
        CPPUNIT_ASSERT(table.proven(far(0, 1, "8.8.8.1:30303")).found.has_value());
        CPPUNIT_ASSERT(table.proven(far(0, 2, "8.8.8.2:30303")).found.has_value());
        CPPUNIT_ASSERT(!table.proven(far(0, 3, "8.8.8.3:30303")).found);
        CPPUNIT_ASSERT(table.proven(far(0, 4, "8.8.9.1:30303")).found.has_value());
        CPPUNIT_ASSERT(table.proven(far(1, 3, "8.8.8.3:30303")).found.has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, table.size());
    }

    void countsAMovedNodeInItsNewPrefix()
    {
        Table table({}, {}, 1);
        fillPrefix(table);
        const auto late = far(9, 1, "8.8.8.200:30303");
        CPPUNIT_ASSERT(!table.proven(late).found);
        CPPUNIT_ASSERT(!table.proven(far(0, 1, "9.9.9.9:30303")).lost);
        CPPUNIT_ASSERT(table.proven(late).found.has_value());
        CPPUNIT_ASSERT(!table.proven(far(9, 2, "8.8.8.201:30303")).found);
    }

    void movedNodeWithoutRoomWaitsForAPlace()
    {
        Table table({}, {}, 1);
        const auto mover = far(0, 9, "9.9.9.9:30303");
        table.proven(mover);
        fillPrefix(table);
        auto moved = mover;
        moved.endpoint = nodeAt("8.8.8.99:30303");
        const auto effect = table.proven(moved);
        CPPUNIT_ASSERT(effect.lost && effect.lost->id == mover.id && !effect.found);
        CPPUNIT_ASSERT(!table.find(mover.id));
        CPPUNIT_ASSERT_EQUAL(Parameters{}.prefixLimit, table.size());

        const auto promoted = table.remove(far(0, 1, "8.8.8.1:30303").id).found;
        CPPUNIT_ASSERT(promoted && promoted->endpoint == moved.endpoint);
        // Within its prefix it moves as it likes.
        moved.endpoint = nodeAt("8.8.8.100:30304");
        CPPUNIT_ASSERT(!table.proven(moved).lost);
        CPPUNIT_ASSERT(table.find(mover.id)->endpoint == moved.endpoint);
        CPPUNIT_ASSERT_EQUAL(Parameters{}.prefixLimit, table.size());
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

    /// A node whose id starts with so many zero bits, which says the bucket; of the zero id's table.
    static TableNode far(unsigned zeros, Byte number, const std::string& where)
    {
        TableNode node;
        node.id[zeros / 8] = static_cast<Byte>(0x80U >> (zeros % 8));
        node.id[31] = number;
        node.endpoint = nodeAt(where);
        return node;
    }

    /// As many nodes of 8.8.8.0/24 as the table takes, two in each bucket.
    static void fillPrefix(Table& table)
    {
        for (unsigned i = 0; i < Parameters{}.prefixLimit; ++i) {
            const auto number = static_cast<Byte>(i % 2 + 1);
            const auto where = "8.8.8." + std::to_string(i + 1) + ":30303";
            CPPUNIT_ASSERT(table.proven(far(i / 2, number, where)).found.has_value());
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TableTest);

} // namespace waymark::discv4::engine
