#include "registry/index/ClosestWalk.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <vector>

namespace waymark::registry::index
{

using node::Hash256;
using node::IpFamily;
using node::IpScope;

/// Over nodes made by hand, which may lie about what is below: it shows what was looked at. PeerIndexTest
/// compares the answers with those of a linear scan.
class ClosestWalkTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ClosestWalkTest);
    CPPUNIT_TEST(looksAtNothingThatIsOutOfReach);
    CPPUNIT_TEST(goesNoFurtherThanItMust);
    CPPUNIT_TEST(findsTheFarthestInTheLastPlace);
    CPPUNIT_TEST_SUITE_END();

    static constexpr ReachSet lan = ReachSet::of(IpFamily::v4, IpScope::lan);
    static constexpr ReachSet global = ReachSet::of(IpFamily::v4, IpScope::global);

    /// Peers told apart by their first byte.
    struct Bucket
    {
        std::array<PeerRecord, PeerBucket::capacity> records;
        PeerBucket bucket;

        void add(Byte first, ReachSet reach)
        {
            PeerRecord& record = records[bucket.size];
            record.nodeId[0] = first;
            record.v4 = {{8, 8, 8, 8}, 30303, 30303};
            record.reachV4 = reach;
            bucket.record[bucket.size] = &record;
            bucket.reach[bucket.size] = reach;
            bucket.window[bucket.size] = fourBytes(record.nodeId, 0);
            ++bucket.size;
        }
        PeerEdge edge(ReachSet reach) const { return {&bucket, bucket.size, reach, true}; }
    };

    Bucket _near;
    Bucket _far;
    PeerFork _fork;

    PeerEdge forkOf(ReachSet near, ReachSet far)
    {
        _fork.setEdge(0, _near.edge(near));
        _fork.setEdge(3, _far.edge(far));
        return _fork.self();
    }

    void looksAtNothingThatIsOutOfReach()
    {
        for (Byte first = 0; first < 5; ++first)
            _near.add(first, global);
        _far.add(0xc0, global);
        std::array<ClosestPeer, 3> out;
        const auto answer = ClosestWalk({{}, global}, out).from(forkOf(lan, global));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, answer.count);
        CPPUNIT_ASSERT_EQUAL(out.size(), answer.hidden);
        CPPUNIT_ASSERT(out[0].nodeId == _far.records[0].nodeId);
    }

    void goesNoFurtherThanItMust()
    {
        for (Byte first = 0; first < 5; ++first)
            _near.add(first, global);
        PeerEdge top = forkOf(global, global);
        std::array<ClosestPeer, 5> out;
        // Where nothing is to be read.
        _fork.setEdge(3, {nullptr, 7, global, false});
        top.count += 7;
        const auto answer = ClosestWalk({{}, global}, out).from(top);
        CPPUNIT_ASSERT_EQUAL(out.size(), answer.count);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, answer.hidden);
    }

    /// Its sort key is the greatest that there is.
    void findsTheFarthestInTheLastPlace()
    {
        _near.add(0, lan);
        while (_far.bucket.size < PeerBucket::capacity - 1)
            _far.add(static_cast<Byte>(0xc0 + _far.bucket.size), lan);
        _far.add(0xff, global);
        _far.records.back().nodeId.fill(0xff);
        _far.bucket.window.back() = 0xffff'ffff;
        for (const std::size_t k : {1U, 5U, 40U}) {
            std::vector<ClosestPeer> out(k);
            const auto answer = ClosestWalk({{}, global}, out).from(forkOf(lan, lan | global));
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, answer.count);
            CPPUNIT_ASSERT_EQUAL(std::min<std::size_t>(k, PeerBucket::capacity), answer.hidden);
            CPPUNIT_ASSERT(out[0].nodeId == _far.records.back().nodeId);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClosestWalkTest);

} // namespace waymark::registry::index
