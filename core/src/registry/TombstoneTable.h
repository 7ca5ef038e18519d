#pragma once

#include <waymark/registry/RegistryPlan.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace waymark::registry
{

/// Names one origin's word on one peer.
struct ClaimKey
{
    node::PeerId peer;
    std::string origin;

    friend auto operator<=>(const ClaimKey&, const ClaimKey&) noexcept = default;
};

/// Removed claims whose ENR seq is remembered, findable by key and by age.
class TombstoneTable
{
public:
    struct Entry
    {
        std::uint64_t enrSeq = 0;
        std::uint64_t order = 0;
        WallTime buried{};
    };

    const Entry* find(const ClaimKey& key) const noexcept;
    /// Of one that is there.
    TombstoneRow row(const ClaimKey& key) const;
    void put(const TombstoneRow& row);
    void erase(const ClaimKey& key);

    std::size_t size() const noexcept { return _byKey.size(); }
    /// Oldest first.
    const std::map<std::uint64_t, ClaimKey>& byAge() const noexcept { return _byAge; }
    /// Above every order in use.
    std::uint64_t nextOrder() const noexcept { return _byAge.empty() ? 1 : _byAge.rbegin()->first + 1; }

private:
    std::map<ClaimKey, Entry> _byKey;
    std::map<std::uint64_t, ClaimKey> _byAge;
};

} // namespace waymark::registry
