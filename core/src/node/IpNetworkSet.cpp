#include <waymark/node/IpNetworkSet.h>

#include <algorithm>

namespace waymark::node
{

IpNetworkSet::IpNetworkSet(std::span<const IpNetwork> networks)
{
    std::vector<Range> all;
    all.reserve(networks.size());
    for (const IpNetwork& network : networks)
        all.push_back({network.first(), network.last()});
    std::ranges::sort(all, {}, &Range::first);
    for (const Range& range : all) {
        // Two networks are apart, or one lies within the other: the one that begins first is the larger one.
        const bool isWithin = !_ranges.empty() && range.last <= _ranges.back().last;
        const bool isLarger = !_ranges.empty() && range.first == _ranges.back().first;
        if (isWithin)
            continue;
        if (isLarger)
            _ranges.back() = range;
        else
            _ranges.push_back(range);
    }
}

bool IpNetworkSet::contains(const IpAddress& address) const noexcept
{
    const auto behind = std::ranges::upper_bound(_ranges, address, {}, &Range::first);
    return behind != _ranges.begin() && address <= std::prev(behind)->last;
}

} // namespace waymark::node
