#pragma once

#include <waymark/node/Keccak.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace waymark::registry::index
{

/// The bits of node ids, counted from 0 at the most significant: the order of XOR distances.
constexpr std::size_t idBits = 256;

/// Forks take the bits by two.
constexpr std::size_t digitBits = 2;
constexpr std::size_t digitValues = std::size_t{1} << digitBits;
constexpr std::size_t idDigits = idBits / digitBits;

inline std::size_t digitAt(const node::Hash256& id, std::size_t digit) noexcept
{
    constexpr std::size_t inByte = 8 / digitBits;
    return (id[digit / inByte] >> (8 - digitBits * (digit % inByte + 1))) & (digitValues - 1);
}

inline std::size_t bitAt(const node::Hash256& id, std::size_t bit) noexcept
{
    return (id[bit / 8] >> (7 - bit % 8)) & 1U;
}

/// Big-endian numbers of the id's bytes from `at` on.
inline std::uint64_t eightBytes(const node::Hash256& id, std::size_t at) noexcept
{
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, id.data() + at, sizeof(bytes));
    return std::endian::native == std::endian::little ? __builtin_bswap64(bytes) : bytes;
}
inline std::uint32_t fourBytes(const node::Hash256& id, std::size_t at) noexcept
{
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, id.data() + at, sizeof(bytes));
    return std::endian::native == std::endian::little ? __builtin_bswap32(bytes) : bytes;
}

/// The first bit in which two ids differ; idBits when they are equal.
inline std::size_t firstDifference(const node::Hash256& left, const node::Hash256& right) noexcept
{
    for (std::size_t at = 0; at < left.size(); at += 8)
        if (const std::uint64_t differing = eightBytes(left, at) ^ eightBytes(right, at))
            return at * 8 + static_cast<std::size_t>(std::countl_zero(differing));
    return idBits;
}

/// Whether `left` is nearer to the target than `right`.
inline bool isNearer(const node::Hash256& target, const node::Hash256& left,
                     const node::Hash256& right) noexcept
{
    const std::size_t bit = firstDifference(left, right);
    return bit < idBits && bitAt(left, bit) == bitAt(target, bit);
}

} // namespace waymark::registry::index
