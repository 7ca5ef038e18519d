#pragma once

#include <atomic>
#include <cstddef>

namespace waymark::httpapi
{

/// How much memory connections hold for what clients have not sent to the end or not taken yet; of those that
/// hold much. Any thread.
class HeldBytes
{
public:
    void add(std::size_t bytes) noexcept { _count += bytes; }
    void subtract(std::size_t bytes) noexcept { _count -= bytes; }
    std::size_t count() const noexcept { return _count; }
    void limit(std::size_t bytes) noexcept { _limit = bytes; }
    bool full() const noexcept { return _count >= _limit; }

private:
    std::atomic<std::size_t> _count{0};
    std::atomic<std::size_t> _limit{0};
};

} // namespace waymark::httpapi
