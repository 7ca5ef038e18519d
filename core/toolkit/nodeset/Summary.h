#pragma once

#include <waymark/base/Clock.h>
#include <waymark/toolkit/nodeset/NodeSet.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waymark::toolkit::nodeset
{

/// Nodes counted by what they have in common.
class Summary
{
public:
    Summary(const NodeSet& nodes, WallTime now);

    /// A value and how many nodes have it.
    using Counts = std::vector<std::pair<std::string, std::size_t>>;

    std::size_t nodes() const noexcept { return _nodes; }
    std::size_t records() const noexcept { return _records; }
    /// ipv4, ipv6, both, none: each node in one of them.
    const Counts& families() const noexcept { return _families; }
    /// /16 of IPv4, /32 of IPv6, the largest first; a node with both is in two.
    const Counts& networks() const noexcept { return _networks; }
    /// Of nodes whose record has one, the most frequent first.
    const Counts& forks() const noexcept { return _forks; }
    /// By time since the last answer: 1h, 1d, 7d, 30d, older, never.
    const Counts& ages() const noexcept { return _ages; }
    /// Keys of records, the most frequent first.
    const Counts& keys() const noexcept { return _keys; }
    /// The best and the middle score; nothing of no nodes.
    std::optional<std::uint64_t> bestScore() const noexcept { return _bestScore; }
    std::optional<std::uint64_t> medianScore() const noexcept { return _medianScore; }

private:
    std::size_t _nodes = 0;
    std::size_t _records = 0;
    Counts _families;
    Counts _networks;
    Counts _forks;
    Counts _ages;
    Counts _keys;
    std::optional<std::uint64_t> _bestScore;
    std::optional<std::uint64_t> _medianScore;
};

/// The block of 16 bits (IPv4) or 32 bits (IPv6) that an address lies in: "198.51.0.0/16".
std::string networkOf(const node::IpAddress& ip);

} // namespace waymark::toolkit::nodeset
