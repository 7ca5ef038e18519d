#pragma once

#include <waymark/registry/RegistryPlan.h>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::registry
{

/// The claims on one peer, highest origin first.
class ClaimSet
{
public:
    const ClaimRow* find(const std::string& origin) const noexcept;
    void put(ClaimRow row);
    void erase(const std::string& origin);

    bool empty() const noexcept { return _rows.empty(); }
    /// The peer as shown; null when nobody claims it.
    std::shared_ptr<const Peer> shown() const noexcept { return empty() ? nullptr : _rows.front().peer; }
    std::vector<std::string> origins() const;
    const std::vector<ClaimRow>& rows() const noexcept { return _rows; }

private:
    std::vector<ClaimRow> _rows;
};

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
    };

    const Entry* find(const ClaimKey& key) const noexcept;
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

/// What a plan is worked out against, ordered by peer.
struct ClaimTable
{
    std::map<node::PeerId, ClaimSet> peers;
    std::map<std::string, std::size_t> claimsOfOrigin;
    TombstoneTable tombstones;
};

} // namespace waymark::registry
