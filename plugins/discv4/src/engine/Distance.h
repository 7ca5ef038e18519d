#pragma once

#include <waymark/node/Keccak.h>

#include <bit>

namespace waymark::discv4::engine
{

/// The position of the highest bit in which two node ids differ, counted from 1; 0 for equal ids.
inline unsigned logDistance(const node::Hash256& left, const node::Hash256& right) noexcept
{
    for (std::size_t i = 0; i < left.size(); ++i) {
        const auto difference = static_cast<Byte>(left[i] ^ right[i]);
        if (difference != 0)
            return static_cast<unsigned>(8 * (left.size() - 1 - i)) +
                   static_cast<unsigned>(std::bit_width(difference));
    }
    return 0;
}

/// Whether `left` is nearer to `target` than `right` by XOR.
inline bool isNearer(const node::Hash256& target, const node::Hash256& left,
                     const node::Hash256& right) noexcept
{
    for (std::size_t i = 0; i < target.size(); ++i) {
        const auto a = static_cast<Byte>(left[i] ^ target[i]);
        const auto b = static_cast<Byte>(right[i] ^ target[i]);
        if (a != b)
            return a < b;
    }
    return false;
}

} // namespace waymark::discv4::engine
