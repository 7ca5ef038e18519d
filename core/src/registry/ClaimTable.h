#pragma once

#include "registry/LeaseEnds.h"

#include <waymark/registry/Change.h>
#include <waymark/registry/RegistryPlan.h>

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
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
    /// Of a claim that is there.
    void renew(const std::string& origin, const Lease& lease);
    void erase(const std::string& origin);

    bool empty() const noexcept { return _rows.empty(); }
    /// The highest claim whose lease is not over; null when there is none.
    const ClaimRow* shownAt(MonotonicTime now) const noexcept;
    /// The peer as it was shown last, before anybody looked at the time; null when it was not.
    std::shared_ptr<const Peer> shown() const noexcept;
    /// Whether a claim's lease is over.
    bool isOver(MonotonicTime now) const noexcept;
    /// The claims whose leases are not over.
    std::vector<ClaimState> claimsAt(MonotonicTime now) const;
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

/// The expiry of a lease of which nothing was left when it was loaded: its claim was never shown.
inline constexpr MonotonicTime overWhenLoaded = MonotonicTime::min();

/// What a plan is worked out against, ordered by peer.
struct ClaimTable
{
    void apply(const ClaimRow& row);
    /// The same for a peer that was found already.
    void add(std::map<node::PeerId, ClaimSet>::iterator peer, const ClaimRow& row);
    void apply(const ClaimGone& gone);
    void apply(const LeaseRow& row);
    void apply(const TombstoneRow& row) { tombstones.put(row); }
    void apply(const TombstoneGone& gone) { tombstones.erase({gone.peer, gone.origin}); }

    const ClaimSet* find(const node::PeerId& id) const noexcept;
    /// Peers of whose claims one at least is not over.
    std::size_t sizeAt(MonotonicTime now) const;

    std::map<node::PeerId, ClaimSet> peers;
    std::uint64_t lastNumber = 0; ///< the highest that a claim ever had (ClaimRow::number)
    std::map<std::string, std::size_t> claimsOfOrigin;
    LeaseEnds ends;
    TombstoneTable tombstones;
};

} // namespace waymark::registry
