#pragma once

#include "registry/ClaimSet.h"
#include "registry/LeaseEnds.h"
#include "registry/TombstoneTable.h"
#include "registry/table/BlockPool.h"
#include "registry/table/OrderedPages.h"
#include "registry/table/Origins.h"
#include "registry/table/PackedClaims.h"

#include <waymark/registry/Change.h>
#include <waymark/registry/RegistryPlan.h>

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

namespace waymark::registry
{

/// What a plan is worked out against: every claim, ordered by peer, and what is remembered of removed ones.
///
/// The claims on a peer are one block of bytes (table::PackedClaims), found by entries of 8 bytes in order of
/// id: 93 bytes for a plain peer, everything included. Whoever wants to know more gets values.
///
/// What throws bad_alloc changed nothing. One thread writes; nobody reads meanwhile.
class ClaimTable
{
public:
    explicit ClaimTable(std::pmr::memory_resource& memory = *std::pmr::new_delete_resource())
        : _blocks(memory)
    {
    }

    enum class Added : std::uint8_t
    {
        first,   ///< the peer is new
        further, ///< the peer was there
        twice    ///< that origin claims it already; nothing changed
    };
    Added add(const ClaimRow& row) { return put(row, false); }
    /// Adds it, or replaces that origin's.
    void apply(const ClaimRow& row) { put(row, true); }
    void apply(const ClaimGone& gone);
    void apply(const LeaseRow& row);
    void apply(const TombstoneRow& row) { tombstones.put(row); }
    void apply(const TombstoneGone& gone) { tombstones.erase({gone.peer, gone.origin}); }

    /// The claims on a peer; empty for an unknown one.
    ClaimSet find(const node::PeerId& id) const;
    bool contains(const node::PeerId& id, const std::string& origin) const;
    /// What is shown of it; nothing when it is not.
    std::optional<Peer> shownAt(const node::PeerId& id, MonotonicTime now) const;
    /// Whether one of its claims' leases is over.
    bool isOver(const node::PeerId& id, MonotonicTime now) const;
    /// The claims whose leases are not over.
    std::vector<ClaimState> claimsAt(const node::PeerId& id, MonotonicTime now) const;
    /// The peers that an origin claims, in order.
    std::vector<node::PeerId> claimedBy(const std::string& origin) const;

    /// Peers.
    std::size_t size() const noexcept { return _peers.size(); }
    /// Peers of whose claims one at least is not over.
    std::size_t sizeAt(MonotonicTime now) const;
    /// The highest number that a claim ever had (ClaimRow::number).
    std::uint64_t lastNumber() const noexcept { return _lastNumber; }
    const LeaseEnds& ends() const noexcept { return _ends; }
    /// Whose claim ends there.
    node::PeerId peerOf(const LeaseEnds::End& end) const { return claimsIn(end.block).id(); }
    const table::Origins& origins() const noexcept { return _origins; }
    /// How much memory claims and leases take.
    std::size_t bytes() const noexcept { return _blocks.bytes() + _peers.bytes() + _ends.bytes(); }

    /// Calls with the packed claims on each peer whose id is above `after`, in order, until it returns false.
    template <class Visit>
    void eachAfter(const std::optional<node::PeerId>& after, const Visit& visit) const
    {
        auto place = after ? placeAfter(*after) : _peers.begin();
        while (!_peers.isEnd(place) && visit(claimsIn(_peers.at(place).block)))
            place = _peers.next(place);
    }

    TombstoneTable tombstones;

private:
    using Block = table::BlockPool::Handle;
    /// Where the claims on a peer are, and the first bits of its id, so that a search looks at few of them.
    struct Entry
    {
        std::uint32_t prefix;
        Block block;
    };
    using Place = table::OrderedPages<Entry>::Place;

    table::PackedClaims claimsIn(Block block) const noexcept
    {
        return table::PackedClaims(_blocks.at(block));
    }
    Place placeAfter(const node::PeerId& id) const noexcept;
    /// Where it is or would be.
    Place placeOf(const node::PeerId& id) const noexcept;
    bool isAt(Place place, const node::PeerId& id) const noexcept;
    /// Nothing for an unknown one.
    std::optional<table::PackedClaims> packed(const node::PeerId& id) const noexcept;
    Added put(const ClaimRow& row, bool mayReplace);
    /// Puts _scratch in the place of an entry's claims, or of those that were not there.
    void store(Place place, const node::PeerId& id, bool isKnown);
    void insertEnds(Block block, const Byte* claims);
    void eraseEnds(Block block, const Byte* claims) noexcept;
    void eraseEnds(Block block, const Byte* claims, std::size_t most) noexcept;

    table::BlockPool _blocks;
    table::OrderedPages<Entry> _peers;
    table::Origins _origins;
    LeaseEnds _ends;
    std::uint64_t _lastNumber = 0;
    Bytes _scratch;
};

} // namespace waymark::registry
