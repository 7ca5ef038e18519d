#include "SpareMemory.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <barrier>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <memory>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace waymark::app
{

/// What was freed between what is used. Sanitizers and other C libraries have allocators of their own, of
/// which this knows nothing.
class SpareMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SpareMemoryTest);
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CPPUNIT_TEST(givesBackWhatWasFreed);
    CPPUNIT_TEST(looksNoMoreThanNowAndThen);
    CPPUNIT_TEST(threadsShareArenas);
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

#ifdef __GLIBC__
    /// How many arenas the C library allocates from, by its own account.
    static std::size_t arenas()
    {
        char* text = nullptr;
        std::size_t size = 0;
        std::FILE* const out = ::open_memstream(&text, &size);
        CPPUNIT_ASSERT(out != nullptr);
        const int failed = ::malloc_info(0, out);
        std::fclose(out);
        const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
        CPPUNIT_ASSERT_EQUAL(0, failed);
        const std::string_view told(text, size);
        constexpr std::string_view arena = "<heap nr=";
        std::size_t count = 0;
        for (auto at = told.find(arena); at != std::string_view::npos; at = told.find(arena, at + 1))
            ++count;
        return count;
    }

#endif

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

    void threadsShareArenas()
    {
        constexpr int many = 16;
        constexpr std::size_t few = 4;
        SpareMemory::shareArenas();
        std::barrier together(many + 1);
        std::vector<std::jthread> threads;
        for (int i = 0; i < many; ++i)
            threads.emplace_back([&] {
                const Block own = std::make_unique<std::vector<std::byte>>(mebibyte / 16);
                together.arrive_and_wait();
                together.arrive_and_wait();
            });
        together.arrive_and_wait();
        const std::size_t shared = arenas();
        together.arrive_and_wait();
        CPPUNIT_ASSERT(shared <= few);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SpareMemoryTest);

} // namespace waymark::app
