#pragma once

#include <cstddef>
#include <memory_resource>

namespace waymark::registry::index
{

/// Memory from the system; blocks of whole huge pages (2 MiB) are aligned to them, and the kernel is asked to
/// use them: an access to one of a million records then misses the caches, but not the page tables, too. Any
/// thread.
class HugePages final : public std::pmr::memory_resource
{
public:
    static HugePages& instance() noexcept;

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void* begin, std::size_t bytes, std::size_t alignment) override;
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;
};

} // namespace waymark::registry::index
