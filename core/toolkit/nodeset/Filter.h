#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>
#include <waymark/node/IpNetworkSet.h>
#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/nodeset/NodeSet.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waymark::toolkit::nodeset
{

/// Which nodes are wanted: those that pass everything that is asked.
class Filter
{
public:
    static plugin::CommandLine takingOptions(plugin::CommandLine line);
    /// `now` is what ages are counted from.
    Filter(const plugin::CommandValues& values, WallTime now);

    bool matches(const Entry& entry) const;
    /// Those that match, and of these the best where there is a limit: by score, then by their last response.
    NodeSet of(const NodeSet& nodes) const;

private:
    struct Fork
    {
        FixedBytes<4> hash{};
        std::optional<std::uint64_t> next;
    };
    static Result<Fork> parseFork(const std::string& text);
    bool isInNetworks(const Entry& entry) const;
    bool hasFork(const Entry& entry) const;

    std::optional<node::IpNetworkSet> _networks;
    std::optional<node::IpFamily> _family;
    std::optional<Fork> _fork;
    std::vector<std::string> _keys;
    std::uint64_t _score = 0;
    std::optional<WallTime> _answeredSince;
    std::optional<Duration> _age;
    std::optional<std::size_t> _limit;
};

} // namespace waymark::toolkit::nodeset
