#pragma once

#include <waymark/base/Random.h>
#include <waymark/node/Keccak.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace waymark::discv4::engine
{

/// Salts for signatures, none of them twice: a number that grows, and a random part that no other run of this
/// node has. Any thread.
class Salts
{
public:
    explicit Salts(Random& random)
    {
        random.fill(_base);
        std::fill_n(_base.begin(), sizeof(std::uint64_t), Byte{0});
    }

    node::Hash256 next() noexcept
    {
        std::uint64_t number = _next.fetch_add(1, std::memory_order_relaxed);
        node::Hash256 salt = _base;
        for (std::size_t i = 0; i < sizeof number; ++i, number >>= 8)
            salt[i] = static_cast<Byte>(number);
        return salt;
    }

private:
    node::Hash256 _base{};
    std::atomic<std::uint64_t> _next{0};
};

} // namespace waymark::discv4::engine
