#pragma once

#include <waymark/node/IpAddress.h>
#include <waymark/node/IpNetwork.h>

#include <cstddef>
#include <span>
#include <vector>

namespace waymark::node
{

/// Many networks, asked whether an address lies in any of them: a binary search over ranges that do not
/// overlap. 24 to 40 bytes a network. Immutable once made; any thread.
class IpNetworkSet
{
public:
    IpNetworkSet() = default;
    explicit IpNetworkSet(std::span<const IpNetwork> networks);

    bool isEmpty() const noexcept { return _ranges.empty(); }
    bool contains(const IpAddress& address) const noexcept;

    friend bool operator==(const IpNetworkSet&, const IpNetworkSet&) = default;

private:
    struct Range
    {
        IpAddress first;
        IpAddress last;

        friend bool operator==(const Range&, const Range&) = default;
    };

    std::vector<Range> _ranges; ///< in order, apart from each other
};

} // namespace waymark::node
