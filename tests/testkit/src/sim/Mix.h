#pragma once

#include <waymark/base/Bytes.h>

#include <cstdint>
#include <cstring>

namespace waymark::testkit::sim
{

/// The finalizer of splitmix64.
constexpr std::uint64_t mix(std::uint64_t value) noexcept
{
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

/// A number for some bytes: equal for equal ones, and in practice only for those.
inline std::uint64_t digestOf(ByteView bytes, std::uint64_t start = 0x9e3779b97f4a7c15U) noexcept
{
    constexpr std::uint64_t factor = 0xff51afd7ed558ccdU;
    std::uint64_t state = start ^ bytes.size();
    for (; bytes.size() >= sizeof state; bytes = bytes.subspan(sizeof state)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        state = (state ^ word) * factor;
        state ^= state >> 29;
    }
    std::uint64_t rest = 0;
    std::memcpy(&rest, bytes.data(), bytes.size());
    return mix(state ^ rest);
}

} // namespace waymark::testkit::sim
