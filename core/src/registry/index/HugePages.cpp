#include "registry/index/HugePages.h"

#include <bit>
#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace waymark::registry::index
{

namespace
{

constexpr std::size_t hugePage = std::size_t{2} << 20;

bool isHuge(std::size_t bytes, std::size_t alignment) noexcept
{
    return alignment == hugePage && bytes % hugePage == 0;
}

/// What is large does not lie between small things that come and go, whose holes nobody could use.
bool isMapped(std::size_t bytes) noexcept
{
    constexpr std::size_t least = std::size_t{64} << 10;
    return bytes >= least;
}

void* map(std::size_t bytes)
{
    void* const begin = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin == MAP_FAILED)
        throw std::bad_alloc();
    return begin;
}

/// More is mapped than is asked for, and what lies before and behind the aligned part is given back.
void* mapAligned(std::size_t bytes)
{
    const std::size_t mapped = bytes + hugePage;
    void* const begin = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin == MAP_FAILED)
        throw std::bad_alloc();
    auto* const first = static_cast<std::byte*>(begin);
    const std::size_t over = std::bit_cast<std::uintptr_t>(first) % hugePage;
    const std::size_t before = over == 0 ? 0 : hugePage - over;
    if (before != 0)
        ::munmap(first, before);
    ::munmap(first + before + bytes, hugePage - before);
    // Without it everything works, only slower: kernels may lack it.
    static_cast<void>(::madvise(first + before, bytes, MADV_HUGEPAGE));
    return first + before;
}

} // namespace

HugePages& HugePages::instance() noexcept
{
    static HugePages pages;
    return pages;
}

void* HugePages::do_allocate(std::size_t bytes, std::size_t alignment)
{
    if (isHuge(bytes, alignment))
        return mapAligned(bytes);
    if (isMapped(bytes))
        return map(bytes);
    return ::operator new(bytes, std::align_val_t(alignment));
}

void HugePages::do_deallocate(void* begin, std::size_t bytes, std::size_t alignment)
{
    if (isHuge(bytes, alignment) || isMapped(bytes))
        ::munmap(begin, bytes);
    else
        ::operator delete(begin, bytes, std::align_val_t(alignment));
}

bool HugePages::do_is_equal(const std::pmr::memory_resource& other) const noexcept
{
    return this == &other;
}

} // namespace waymark::registry::index
