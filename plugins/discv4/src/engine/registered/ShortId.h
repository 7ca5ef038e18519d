#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/node/Keccak.h>

#include <algorithm>
#include <cstddef>

namespace waymark::discv4::engine::registered
{

/// The first half of a node id, which tells registered peers apart as well as all of it: ids are hashes, and
/// to make a key whose id begins like another's takes 2^128 attempts, and two keys of one's own whose ids
/// begin alike 2^64: they would count as one peer. The registry has the other half.
using ShortId = FixedBytes<16>;

inline ShortId shortOf(const node::Hash256& id) noexcept
{
    ShortId half;
    std::copy_n(id.begin(), half.size(), half.begin());
    return half;
}

/// No id with that beginning is below.
inline node::Hash256 lowestOf(const ShortId& half) noexcept
{
    node::Hash256 id{};
    std::ranges::copy(half, id.begin());
    return id;
}

} // namespace waymark::discv4::engine::registered
