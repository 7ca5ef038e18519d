#pragma once

#include <waymark/toolkit/nodeset/NodeSet.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace waymark::discv4::crawl
{

/// The nodes of a set counted by what they have in common.
class Summary
{
public:
    explicit Summary(const toolkit::nodeset::NodeSet& nodes);

    /// A value and how many nodes have it, the most frequent first.
    using Counts = std::vector<std::pair<std::string, std::size_t>>;

    /// By the fork identifier of their records (EIP-2124): "fc64ec04/1150000", or "none".
    const Counts& forks() const noexcept { return _forks; }
    /// By the name of their software in their records (EIP-7636), or "none".
    const Counts& clients() const noexcept { return _clients; }
    /// ipv4, ipv6, both, none.
    const Counts& families() const noexcept { return _families; }

private:
    Counts _forks;
    Counts _clients;
    Counts _families;
};

/// The name of a node's software out of the record entry "client"; empty where it does not tell.
std::string clientOf(const toolkit::nodeset::Entry& entry);

} // namespace waymark::discv4::crawl
