#pragma once

#include "registry/table/Origins.h"

#include <waymark/base/Bytes.h>
#include <waymark/node/PeerId.h>
#include <waymark/registry/RegistryPlan.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace waymark::registry::table
{

/// One claim among the bytes of a PackedClaims, which it borrows.
struct PackedClaim
{
    const Byte* begin = nullptr;
    const Byte* end = nullptr;
    Origins::Number origin = 0;
    std::uint64_t number = 0;
    const Byte* leaseAt = nullptr; ///< null for ever
    Lease lease{};
    std::optional<std::uint64_t> seq; ///< ClaimRow::enrSeq, where it is not that of the record
    std::size_t addresses = 0;
    const Byte* content = nullptr; ///< addresses, record, labels

    bool isOver(MonotonicTime now) const noexcept { return lease.isOver(now); }
    Peer peer(const node::PeerId& id) const;
    ClaimRow row(const node::PeerId& id, const Origins& origins) const;
};

/// All claims on one peer as bytes, the highest origin first: 78 for an eth peer with a udp and a tcp port at
/// one IPv4 address, where ClaimRow and Peer take 900 in a dozen places.
///
///     scheme and number of claims, id, then for each claim
///     flags and number of addresses, origin, number, lease, seq, addresses, record, labels
///
/// Numbers have 7 bits a byte, the lowest first, and the top bit says that more follow. Hosts that are IP
/// addresses in canonical text are 4 or 16 bytes; one that is that of the address before, or a port that is,
/// is a flag. Leases have fixed places, so that they are renewed in place. Ids and records are not checked
/// again when they are read.
class PackedClaims
{
public:
    /// Of bytes that pack() made.
    explicit PackedClaims(const Byte* bytes) noexcept;

    std::size_t size() const noexcept { return _claims; }
    ByteView idBytes() const noexcept { return _id; }
    node::PeerId id() const;
    /// Compares ids, as PeerId does.
    std::strong_ordering compare(const node::PeerId& id) const noexcept;

    /// The first claim; and the one behind another, while there are so many.
    PackedClaim first() const noexcept;
    static PackedClaim behind(const PackedClaim& claim) noexcept;

    /// Calls with each claim, until it returns false.
    template <class Visit>
    void each(const Visit& visit) const
    {
        if (_claims == 0)
            return;
        PackedClaim claim = first();
        for (std::size_t left = _claims; visit(claim) && --left > 0;)
            claim = behind(claim);
    }
    /// The highest claim whose lease is not over.
    std::optional<PackedClaim> shownAt(MonotonicTime now) const noexcept;
    std::optional<PackedClaim> find(Origins::Number origin) const noexcept;
    bool isOver(MonotonicTime now) const noexcept;
    /// All that belongs to it.
    const Byte* begin() const noexcept { return _begin; }
    const Byte* end() const noexcept;

    /// The claims with `row` in the place of that origin's claim before, or behind those of higher origins;
    /// `before` is null when there is none. Clears `out`. Throws bad_alloc.
    static void pack(const PackedClaims* before, const ClaimRow& row, Origins::Number origin,
                     const Origins& origins, Bytes& out);
    /// The claims without one of them.
    static void packWithout(const PackedClaims& before, const PackedClaim& gone, Bytes& out);

    /// Another lease, neither of them for ever.
    static void renew(Byte* leaseAt, const Lease& lease) noexcept;

    /// The first bits of scheme and id: of two ids the lower has no higher ones.
    static std::uint32_t prefixOf(const node::PeerId& id) noexcept;

private:
    const Byte* _begin;
    node::PeerScheme _scheme;
    std::size_t _claims;
    ByteView _id;
    const Byte* _first;
};

/// Whether claims of `left` are shown rather than those of `right`.
bool ranksAbove(std::string_view left, std::string_view right) noexcept;

} // namespace waymark::registry::table
