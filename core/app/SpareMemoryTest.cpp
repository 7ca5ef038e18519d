#include "SpareMemory.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <cstddef>
#include <fstream>
#include <memory>
#include <unistd.h>
#include <vector>

namespace waymark::app
{

/// What was freed between what is used. Sanitizers have allocators of their own, of which this knows nothing.
class SpareMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SpareMemoryTest);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CPPUNIT_TEST(givesBackWhatWasFreed);
    CPPUNIT_TEST(looksNoMoreThanNowAndThen);
#endif
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::size_t mebibyte = std::size_t{1} << 20;
    static constexpr std::size_t freed = 96 * mebibyte;
    static constexpr MonotonicTime start{std::chrono::hours(1)};

    static std::size_t resident()
    {
        std::ifstream statm("/proc/self/statm");
        std::size_t total = 0;
        std::size_t pages = 0;
        statm >> total >> pages;
        return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    }

    using Block = std::unique_ptr<std::vector<std::byte>>;

    /// Leaves the last block, without which the C library gives all of them back by itself.
    static Block churn()
    {
        constexpr std::size_t size = 1'000;
        std::vector<Block> blocks;
        for (std::size_t i = 0; i < freed / size; ++i)
            blocks.push_back(std::make_unique<std::vector<std::byte>>(size));
        return std::move(blocks.back());
    }

public:
    void givesBackWhatWasFreed()
    {
        const Block last = churn();
        const std::size_t before = resident();
        SpareMemory spare;
        spare.lookAfter(start);
        CPPUNIT_ASSERT(resident() + freed / 2 < before);
    }

    void looksNoMoreThanNowAndThen()
    {
        SpareMemory spare;
        spare.giveBack();
        spare.lookAfter(start);
        const Block last = churn();
        const std::size_t before = resident();
        spare.lookAfter(start + std::chrono::seconds(1));
        CPPUNIT_ASSERT(resident() + freed / 2 >= before);
        spare.lookAfter(start + std::chrono::seconds(11));
        CPPUNIT_ASSERT(resident() + freed / 2 < before);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SpareMemoryTest);

} // namespace waymark::app
