#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace waymark::discv4::engine
{

struct FreeZeroed
{
    void operator()(void* memory) const noexcept { std::free(memory); }
};

/// Numbers that are all 0, whose memory is taken page by page when somebody needs it. Threads share them by
/// std::atomic_ref.
template <class Number>
using Zeroed = std::unique_ptr<Number[], FreeZeroed>;

/// Throws bad_alloc.
template <class Number>
Zeroed<Number> makeZeroed(std::size_t size)
{
    static_assert(std::is_integral_v<Number>);
    Zeroed<Number> made(static_cast<Number*>(std::calloc(size, sizeof(Number))));
    if (!made)
        throw std::bad_alloc();
    return made;
}

} // namespace waymark::discv4::engine
