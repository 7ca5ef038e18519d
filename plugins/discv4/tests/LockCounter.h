#pragma once

#include <cstdint>

namespace waymark::discv4::testing
{

/// How often the calling thread took a mutex or a shared one, whoever's it is, since this was made. Needs a
/// pthread_mutex_lock() of this program's own, which sanitizers do not bear: there it counts nothing.
class LockCounter
{
public:
    LockCounter() noexcept : _before(total()) {}
    std::uint64_t taken() const noexcept { return total() - _before; }
    static bool isCounting() noexcept;

private:
    static std::uint64_t total() noexcept;
    std::uint64_t _before;
};

} // namespace waymark::discv4::testing
