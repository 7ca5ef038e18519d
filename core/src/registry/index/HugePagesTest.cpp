#include "registry/index/HugePages.h"

#include <cppunit/extensions/HelperMacros.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <new>
#include <unistd.h>
#include <vector>

namespace waymark::registry::index
{

class HugePagesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HugePagesTest);
    CPPUNIT_TEST(blocksAreAlignedAndApart);
    CPPUNIT_TEST(blocksOfOtherSizesAreAligned);
    CPPUNIT_TEST(givesBackAllThatItMapped);
    CPPUNIT_TEST(throwsWhenThereIsNoMore);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::size_t hugePage = std::size_t{2} << 20;

    HugePages& _pages = HugePages::instance();

    /// All that the process has mapped, in bytes.
    static std::size_t mapped()
    {
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        CPPUNIT_ASSERT(pages > 0);
        return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    }

    void blocksAreAlignedAndApart()
    {
        struct Block
        {
            unsigned char* begin;
            std::size_t bytes;
        };
        std::vector<Block> blocks;
        for (std::size_t i = 1; i <= 8; ++i) {
            const std::size_t bytes = (i % 3 + 1) * hugePage;
            auto* const begin = static_cast<unsigned char*>(_pages.allocate(bytes, hugePage));
            CPPUNIT_ASSERT_EQUAL(std::uintptr_t{0}, std::bit_cast<std::uintptr_t>(begin) % hugePage);
            std::memset(begin, static_cast<int>(i), bytes);
            blocks.push_back({begin, bytes});
        }
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            CPPUNIT_ASSERT_EQUAL(i + 1, std::size_t{blocks[i].begin[0]});
            CPPUNIT_ASSERT_EQUAL(i + 1, std::size_t{blocks[i].begin[blocks[i].bytes - 1]});
            _pages.deallocate(blocks[i].begin, blocks[i].bytes, hugePage);
        }
    }

    void blocksOfOtherSizesAreAligned()
    {
        for (const std::size_t alignment : {std::size_t{8}, std::size_t{64}, std::size_t{128}, hugePage}) {
            constexpr std::size_t bytes = 3000;
            void* const begin = _pages.allocate(bytes, alignment);
            CPPUNIT_ASSERT_EQUAL(std::uintptr_t{0}, std::bit_cast<std::uintptr_t>(begin) % alignment);
            std::memset(begin, 1, bytes);
            _pages.deallocate(begin, bytes, alignment);
        }
    }

    void givesBackAllThatItMapped()
    {
        constexpr std::size_t times = 64;
        const std::size_t before = mapped();
        for (std::size_t i = 0; i < times; ++i)
            _pages.deallocate(_pages.allocate(hugePage, hugePage), hugePage, hugePage);
        CPPUNIT_ASSERT(mapped() < before + times / 4 * hugePage);
        std::vector<void*> blocks;
        for (std::size_t i = 0; i < times; ++i)
            blocks.push_back(_pages.allocate(hugePage, hugePage));
        // What was mapped for the alignment's sake is gone already.
        CPPUNIT_ASSERT(mapped() < before + (times + times / 4) * hugePage);
        for (void* const block : blocks)
            _pages.deallocate(block, hugePage, hugePage);
        CPPUNIT_ASSERT(mapped() < before + times / 4 * hugePage);
    }

    void throwsWhenThereIsNoMore()
    {
        constexpr std::size_t tooMuch = std::numeric_limits<std::size_t>::max() / 4 / hugePage * hugePage;
        CPPUNIT_ASSERT_THROW(static_cast<void>(_pages.allocate(tooMuch, hugePage)), std::bad_alloc);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HugePagesTest);

} // namespace waymark::registry::index
