#pragma once

#include <waymark/node/Key.h>
#include <waymark/registry/Peer.h>

#include <cstddef>
#include <vector>

namespace waymark::bench
{

/// How many peers the largest registry has, and how many more register while it is measured.
inline constexpr std::size_t largest = 1'000'000;
inline constexpr std::size_t newcomers = 100'000;

/// So many keys as both together, made once for all benchmarks: that takes longer than most of what is
/// measured.
const std::vector<node::PublicKey>& keys();

/// The peer with that key, at one address with a udp and a tcp port.
registry::Peer peerOf(std::size_t number);

} // namespace waymark::bench
