#include "engine/ForkFilter.h"

#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::discv4::engine
{

/// The chain of EIP-2124's examples with forks by time behind it; the checksums are those of the EIP and of
/// EIP-6122's discussion of Shanghai.
class ForkFilterTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ForkFilterTest);
    CPPUNIT_TEST(letsEverybodyPassWithoutChain);
    CPPUNIT_TEST(acceptsEveryPlaceAlongItsChain);
    CPPUNIT_TEST(refusesOtherChains);
    CPPUNIT_TEST(refusesThoseWhoMissedAForkByTime);
    CPPUNIT_TEST(acceptsThoseWhoKnowTheWay);
    CPPUNIT_TEST(refusesThoseWhoWentAnotherWay);
    CPPUNIT_TEST(acceptsForksToCome);
    CPPUNIT_TEST(recordsWithoutForkIdSayNothing);
    CPPUNIT_TEST(brokenForkIdsAreOfNoChain);
    CPPUNIT_TEST(refusesChainsThatAreNone);
    CPPUNIT_TEST_SUITE_END();

    static inline const std::string genesis =
        "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3";

    static std::string mainnet()
    {
        return genesis +
               ", 1150000, 1920000, 2463000, 2675000, 4370000, 7280000, 9069000, 9200000, 12244000, "
               "12965000, 13773000, 15050000, 1681338455";
    }

    static constexpr std::uint64_t beforeShanghai = 1'681'338'454;
    static constexpr std::uint64_t afterShanghai = 1'681'338'455;

    static node::Enr record(std::uint32_t hash, std::uint64_t next)
    {
        Bytes bytes;
        node::rlp::Writer writer(bytes);
        const auto all = writer.beginList();
        const auto id = writer.beginList();
        const FixedBytes<4> digest{static_cast<Byte>(hash >> 24), static_cast<Byte>(hash >> 16),
                                   static_cast<Byte>(hash >> 8), static_cast<Byte>(hash)};
        writer.string(digest).integer(next).endList(id).endList(all);
        return recordWith(bytes);
    }

    static node::Enr recordWith(const Bytes& item)
    {
        return node::EnrBuilder().entry("eth", item).sign(testkit::testKey(1)).value();
    }

    static bool accepts(std::uint32_t hash, std::uint64_t next, std::uint64_t now = beforeShanghai)
    {
        return ForkFilter::parse(mainnet())->judge(record(hash, next), now) == ForkFilter::Verdict::ours;
    }

    void letsEverybodyPassWithoutChain()
    {
        CPPUNIT_ASSERT(!ForkFilter().isActive());
        CPPUNIT_ASSERT(!ForkFilter::parse("")->isActive());
        CPPUNIT_ASSERT(ForkFilter().judge(record(1, 2), 3) == ForkFilter::Verdict::ours);
    }

    void acceptsEveryPlaceAlongItsChain()
    {
        CPPUNIT_ASSERT(accepts(0xfc64ec04, 1'150'000));     // Frontier
        CPPUNIT_ASSERT(accepts(0x97c2c34c, 1'920'000));     // Homestead
        CPPUNIT_ASSERT(accepts(0x668db0af, 9'069'000));     // Petersburg
        CPPUNIT_ASSERT(accepts(0x879d6e30, 9'200'000));     // Istanbul
        CPPUNIT_ASSERT(accepts(0xf0afd0e3, 1'681'338'455)); // Gray Glacier, waiting for Shanghai
        CPPUNIT_ASSERT(accepts(0xdce96c2d, 0, afterShanghai));
    }

    void refusesOtherChains()
    {
        CPPUNIT_ASSERT(!accepts(0xa3f5ab08, 1'561'651));
        CPPUNIT_ASSERT(!accepts(0x3b8e0691, 1));
        CPPUNIT_ASSERT(!accepts(0xafec6b27, 0));
    }

    void refusesThoseWhoMissedAForkByTime()
    {
        CPPUNIT_ASSERT(accepts(0xf0afd0e3, 0, beforeShanghai));
        CPPUNIT_ASSERT(!accepts(0xf0afd0e3, 0, afterShanghai));
        CPPUNIT_ASSERT(!accepts(0x668db0af, 0, afterShanghai));
    }

    void acceptsThoseWhoKnowTheWay()
    {
        CPPUNIT_ASSERT(accepts(0xf0afd0e3, 1'681'338'455, afterShanghai));
        CPPUNIT_ASSERT(accepts(0x668db0af, 9'069'000, afterShanghai));
    }

    void refusesThoseWhoWentAnotherWay()
    {
        CPPUNIT_ASSERT(!accepts(0x668db0af, 7'987'396, afterShanghai));
        CPPUNIT_ASSERT(!accepts(0xdce96c2d, afterShanghai + 10, afterShanghai + 10));
    }

    void acceptsForksToCome()
    {
        CPPUNIT_ASSERT(accepts(0xdce96c2d, afterShanghai + 10, afterShanghai + 9));
        CPPUNIT_ASSERT(accepts(0xf0afd0e3, 99'999'999, beforeShanghai));
    }

    void recordsWithoutForkIdSayNothing()
    {
        const auto bare = node::EnrBuilder().sign(testkit::testKey(1)).value();
        CPPUNIT_ASSERT(ForkFilter::parse(mainnet())->judge(bare, 1) == ForkFilter::Verdict::unknown);
    }

    void brokenForkIdsAreOfNoChain()
    {
        const auto filter = ForkFilter::parse(mainnet()).value();
        for (const Bytes& item : {Bytes{0x80}, Bytes{0xc0}, Bytes{0xc1, 0xc0}, Bytes{0xc4, 0xc3, 0x82, 1, 2}})
            CPPUNIT_ASSERT(filter.judge(recordWith(item), 1) == ForkFilter::Verdict::other);
    }

    void refusesChainsThatAreNone()
    {
        for (const std::string& text :
             {std::string("mainnet"), std::string("1150000"), std::string("0x1234"), genesis + ", 20, 10",
              genesis + ",10,10", genesis + ",0", genesis + ",-1", genesis + ",x", genesis + ",",
              genesis + "ab", genesis.substr(0, 65) + "g", genesis + "," + genesis, std::string(",")})
            CPPUNIT_ASSERT_MESSAGE(text, !ForkFilter::parse(text));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ForkFilterTest);

} // namespace waymark::discv4::engine
