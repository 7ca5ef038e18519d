#include <waymark/base/ThreadNumber.h>

#include <atomic>

namespace waymark
{

std::size_t threadNumber() noexcept
{
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t own = next.fetch_add(1, std::memory_order_relaxed);
    return own;
}

} // namespace waymark
