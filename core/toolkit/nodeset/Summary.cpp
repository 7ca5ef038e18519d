#include "nodeset/Summary.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace waymark::toolkit::nodeset
{

namespace
{

using Tally = std::map<std::string, std::size_t, std::less<>>;

Summary::Counts byFrequency(const Tally& tally)
{
    Summary::Counts counts(tally.begin(), tally.end());
    std::ranges::stable_sort(counts, std::greater<>(), &Summary::Counts::value_type::second);
    return counts;
}

const char* familyOf(bool hasV4, bool hasV6)
{
    if (hasV4)
        return hasV6 ? "both" : "ipv4";
    return hasV6 ? "ipv6" : "none";
}

const char* ageOf(const std::optional<WallTime>& answered, WallTime now)
{
    using std::chrono::hours;
    constexpr std::array<std::pair<hours, const char*>, 4> steps{
        {{hours(1), "1h"}, {hours(24), "1d"}, {hours(7 * 24), "7d"}, {hours(30 * 24), "30d"}}};
    if (!answered)
        return "never";
    for (const auto& [age, name] : steps)
        if (now - *answered <= age)
            return name;
    return "older";
}

/// In this order, also those that nobody is in.
Summary::Counts inOrder(const Tally& tally, const std::vector<std::string>& names)
{
    Summary::Counts counts;
    for (const std::string& name : names) {
        const auto found = tally.find(name);
        counts.emplace_back(name, found == tally.end() ? 0 : found->second);
    }
    return counts;
}

} // namespace

std::string networkOf(const node::IpAddress& ip)
{
    const std::size_t kept = ip.isV4() ? 2 : 4;
    Bytes bytes(ip.bytes().begin(), ip.bytes().end());
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(kept), bytes.end(), Byte{0});
    // No mapped IPv4 address comes of it: those have bits behind the first 32.
    return node::IpAddress::fromBytes(bytes).value().toString() + '/' + std::to_string(kept * 8);
}

Summary::Summary(const NodeSet& nodes, WallTime now) : _nodes(nodes.size())
{
    Tally families;
    Tally networks;
    Tally forks;
    Tally ages;
    Tally keys;
    std::vector<std::uint64_t> scores;
    for (const auto& [id, entry] : nodes.entries()) {
        _records += entry.isSigned() ? 1U : 0U;
        const auto v4 = entry.endpoint(node::IpFamily::v4);
        const auto v6 = entry.endpoint(node::IpFamily::v6);
        ++families[familyOf(v4.has_value(), v6.has_value())];
        for (const auto& where : {v4, v6})
            if (where)
                ++networks[networkOf(where->ip)];
        if (const auto fork = entry.forkId())
            ++forks[fork->toString()];
        ++ages[ageOf(entry.history.lastResponse, now)];
        for (const auto key : entry.keys())
            ++keys[std::string(key)];
        scores.push_back(entry.history.score);
    }
    _families = inOrder(families, {"ipv4", "ipv6", "both", "none"});
    _ages = inOrder(ages, {"1h", "1d", "7d", "30d", "older", "never"});
    _networks = byFrequency(networks);
    _forks = byFrequency(forks);
    _keys = byFrequency(keys);
    if (!scores.empty()) {
        std::ranges::sort(scores);
        _bestScore = scores.back();
        _medianScore = scores[scores.size() / 2];
    }
}

} // namespace waymark::toolkit::nodeset
