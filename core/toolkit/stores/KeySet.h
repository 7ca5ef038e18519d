#pragma once

#include <waymark/node/Keccak.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace waymark::toolkit::stores
{

/// Notices a key that comes twice among millions, by 16 bytes of each: others cannot make two keys that share
/// them.
class KeySet
{
public:
    void add(std::string_view key)
    {
        const auto hash = node::keccak256(asBytes(key));
        Digest digest{};
        std::memcpy(digest.data(), hash.data(), sizeof digest);
        _digests.push_back(digest);
    }

    /// How many are different. Sorts.
    std::size_t countDifferent()
    {
        std::ranges::sort(_digests);
        const auto rest = std::ranges::unique(_digests);
        return _digests.size() - rest.size();
    }
    bool hasTwice() { return countDifferent() != _digests.size(); }

private:
    using Digest = std::array<std::uint64_t, 2>;
    std::vector<Digest> _digests;
};

} // namespace waymark::toolkit::stores
