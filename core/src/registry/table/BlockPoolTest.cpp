#include "registry/table/BlockPool.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <map>
#include <memory_resource>
#include <random>
#include <vector>

namespace waymark::registry::table
{

class BlockPoolTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BlockPoolTest);
    CPPUNIT_TEST(blocksKeepWhatIsWritten);
    CPPUNIT_TEST(wastesLittle);
    CPPUNIT_TEST(fitsWhatWouldGetTheSameBlock);
    CPPUNIT_TEST(usesFreedBlocksAgain);
    CPPUNIT_TEST(givesSlabsBackWhereverTheyWereFilled);
    CPPUNIT_TEST(survivesTheWantOfMemory);
    CPPUNIT_TEST_SUITE_END();

    using Handle = BlockPool::Handle;

    /// Has nothing to give when it is told so.
    class ScarceMemory final : public std::pmr::memory_resource
    {
    public:
        bool isOut = false;
        std::size_t inUse = 0;

    private:
        void* do_allocate(std::size_t bytes, std::size_t alignment) override
        {
            if (isOut)
                throw std::bad_alloc();
            inUse += bytes;
            return std::pmr::new_delete_resource()->allocate(bytes, alignment);
        }
        void do_deallocate(void* begin, std::size_t bytes, std::size_t alignment) override
        {
            inUse -= bytes;
            std::pmr::new_delete_resource()->deallocate(begin, bytes, alignment);
        }
        bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
    };

    /// Sizes of all kinds: mostly a hundred, some larger than a slab.
    static std::size_t randomSize(std::mt19937_64& random)
    {
        switch (random() % 20) {
        case 0:
            return 1 + random() % 100'000;
        case 1:
        case 2:
            return 1 + random() % 9'000;
        default:
            return 1 + random() % 300;
        }
    }

    void blocksKeepWhatIsWritten()
    {
        std::mt19937_64 random(2);
        ScarceMemory memory;
        {
            BlockPool pool(memory);
            std::map<Handle, Bytes> blocks;
            for (int step = 0; step < 20'000; ++step) {
                if (random() % 10 < (step < 10'000 ? 7U : 3U)) {
                    Bytes bytes(randomSize(random), static_cast<Byte>(random()));
                    const Handle block = pool.take(bytes.size());
                    CPPUNIT_ASSERT(block != 0);
                    std::ranges::copy(bytes, pool.at(block));
                    CPPUNIT_ASSERT(blocks.emplace(block, std::move(bytes)).second);
                } else if (!blocks.empty()) {
                    auto chosen = blocks.lower_bound(static_cast<Handle>(random() % 2'000'000));
                    if (chosen == blocks.end())
                        chosen = blocks.begin();
                    CPPUNIT_ASSERT(std::ranges::equal(
                        chosen->second, ByteView(pool.at(chosen->first), chosen->second.size())));
                    pool.give(chosen->first);
                    blocks.erase(chosen);
                }
            }
            for (const auto& [block, bytes] : blocks)
                CPPUNIT_ASSERT(std::ranges::equal(bytes, ByteView(pool.at(block), bytes.size())));
            CPPUNIT_ASSERT_EQUAL(memory.inUse, pool.bytes());
            for (const auto& [block, bytes] : blocks)
                pool.give(block);
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, memory.inUse);
            pool.take(100);
            pool.take(100'000);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, memory.inUse);
    }

    void wastesLittle()
    {
        for (const std::size_t size : {8U, 80U, 250U, 300U, 513U, 1'100U, 2'100U, 4'100U}) {
            BlockPool pool;
            const std::size_t blocks = 4'000'000 / size;
            for (std::size_t i = 0; i < blocks; ++i)
                pool.take(size);
            CPPUNIT_ASSERT(pool.bytes() < blocks * size * 5 / 4);
            CPPUNIT_ASSERT(pool.bytes() >= blocks * size);
        }
    }

    void fitsWhatWouldGetTheSameBlock()
    {
        BlockPool pool;
        for (std::size_t size = 1; size < 20'000; size += 7) {
            const Handle block = pool.take(size);
            CPPUNIT_ASSERT(pool.fits(block, size));
            CPPUNIT_ASSERT(!pool.fits(block, size + size / 4 + 8));
            CPPUNIT_ASSERT(size < 17 || !pool.fits(block, size / 2));
            pool.give(block);
        }
    }

    void usesFreedBlocksAgain()
    {
        BlockPool pool;
        std::vector<Handle> blocks;
        for (int i = 0; i < 5'000; ++i)
            blocks.push_back(pool.take(80));
        const std::size_t full = pool.bytes();
        std::mt19937_64 random(4);
        for (int step = 0; step < 50'000; ++step) {
            Handle& block = blocks[random() % blocks.size()];
            pool.give(block);
            block = pool.take(80);
        }
        CPPUNIT_ASSERT_EQUAL(full, pool.bytes());
    }

    /// What blocks of one size leave is there for those of another.
    void givesSlabsBackWhereverTheyWereFilled()
    {
        BlockPool pool;
        std::size_t most = 0;
        for (std::size_t size = 8; size < 2'000; size += 8) {
            std::vector<Handle> blocks;
            for (int i = 0; i < 500; ++i)
                blocks.push_back(pool.take(size));
            most = std::max(most, pool.bytes());
            std::shuffle(blocks.begin(), blocks.end(), std::mt19937_64(size));
            for (const Handle block : blocks)
                pool.give(block);
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, pool.bytes());
        }
        CPPUNIT_ASSERT(most < 1'300'000);
    }

    void survivesTheWantOfMemory()
    {
        ScarceMemory memory;
        BlockPool pool(memory);
        const Handle kept = pool.take(8'000);
        std::fill_n(pool.at(kept), 8'000, Byte{7});
        for (const std::size_t size : {10U, 7'000U, 70'000U}) {
            memory.isOut = true;
            CPPUNIT_ASSERT_THROW(pool.take(size), std::bad_alloc);
            CPPUNIT_ASSERT_THROW(pool.take(size), std::bad_alloc);
            memory.isOut = false;
            const Handle block = pool.take(size);
            std::fill_n(pool.at(block), size, Byte{9});
            pool.give(block);
        }
        CPPUNIT_ASSERT(
            std::all_of(pool.at(kept), pool.at(kept) + 8'000, [](Byte byte) { return byte == 7; }));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BlockPoolTest);

} // namespace waymark::registry::table
