#include "nodeset/Summary.h"

#include "tests/MadeNodes.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::toolkit::nodeset
{

using testing::at;
using testing::forkItem;
using testing::madeNode;

class SummaryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SummaryTest);
    CPPUNIT_TEST(countsNodesByWhatTheyHaveInCommon);
    CPPUNIT_TEST(countsAgesUpToTheirEnds);
    CPPUNIT_TEST(aSetOfNothingHasNoScores);
    CPPUNIT_TEST(networksAreWrittenAsBlocks);
    CPPUNIT_TEST_SUITE_END();

    using Counts = Summary::Counts;

    void countsNodesByWhatTheyHaveInCommon()
    {
        NodeSet nodes;
        nodes.merge(madeNode(1, "10.1.0.1", "", forkItem({1, 2, 3, 4}, 5)));
        nodes.merge(madeNode(2, "10.1.255.1", "2001:db8::1", forkItem({1, 2, 3, 4}, 5)));
        nodes.merge(madeNode(3, "", "2001:db8:ffff::1", forkItem({0, 0, 0, 1}, 0)));
        nodes.merge(madeNode(4, "10.2.0.1"));
        nodes.merge(madeNode(5));
        nodes.merge(
            Entry(node::Enode{testkit::testKey(6).publicKey(), {node::IpAddress::v4(10, 1, 7, 7), 1, 1}}));
        const Summary summary(nodes, at(0));
        CPPUNIT_ASSERT_EQUAL(std::size_t{6}, summary.nodes());
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, summary.records());
        CPPUNIT_ASSERT((summary.families() == Counts{{"ipv4", 3}, {"ipv6", 1}, {"both", 1}, {"none", 1}}));
        CPPUNIT_ASSERT(
            (summary.networks() == Counts{{"10.1.0.0/16", 3}, {"2001:db8::/32", 2}, {"10.2.0.0/16", 1}}));
        CPPUNIT_ASSERT((summary.forks() == Counts{{"01020304/5", 2}, {"00000001/0", 1}}));
        CPPUNIT_ASSERT((summary.keys().front() == Counts::value_type{"id", 5}));
    }

    void countsAgesUpToTheirEnds()
    {
        constexpr std::int64_t now = 100'000'000;
        constexpr std::int64_t day = 86400;
        NodeSet nodes;
        std::uint64_t number = 0;
        for (const std::int64_t age :
             {-5L, 0L, 3600L, 3601L, day, day + 1, 7 * day, 30 * day, 30 * day + 1}) {
            Entry entry = madeNode(++number);
            entry.history.lastResponse = at(now - age);
            entry.history.score = number;
            nodes.merge(std::move(entry));
        }
        nodes.merge(madeNode(++number));
        const Summary summary(nodes, at(now));
        CPPUNIT_ASSERT((summary.ages() ==
                        Counts{{"1h", 3}, {"1d", 2}, {"7d", 2}, {"30d", 1}, {"older", 1}, {"never", 1}}));
        CPPUNIT_ASSERT(summary.bestScore() == 9 && summary.medianScore() == 5);
    }

    void aSetOfNothingHasNoScores()
    {
        const NodeSet none;
        const Summary summary(none, at(0));
        CPPUNIT_ASSERT(summary.nodes() == 0 && !summary.bestScore() && !summary.medianScore());
        CPPUNIT_ASSERT(summary.networks().empty() && summary.families().size() == 4);
    }

    void networksAreWrittenAsBlocks()
    {
        const auto network = [](const char* ip) {
            return networkOf(node::IpAddress::parse(ip).value());
        };
        CPPUNIT_ASSERT_EQUAL(std::string("198.51.0.0/16"), network("198.51.100.7"));
        CPPUNIT_ASSERT_EQUAL(std::string("2a01:4f8::/32"), network("2a01:4f8:c17:1::2"));
        CPPUNIT_ASSERT_EQUAL(std::string("::/32"), network("::1"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SummaryTest);

} // namespace waymark::toolkit::nodeset
