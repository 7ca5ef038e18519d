#include "registry/table/PackedClaims.h"

#include <waymark/node/IpAddress.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace waymark::registry::table
{

namespace
{

constexpr unsigned schemeBits = 3;
constexpr unsigned claimBits = 8 - schemeBits;
constexpr Byte manyClaims = (1U << claimBits) - 1; ///< and more: the number follows
static_assert(static_cast<unsigned>(node::PeerScheme::addr) < 1U << schemeBits);

// Of a claim.
constexpr Byte hasLease = 0x80;
constexpr Byte hasSeq = 0x40;
constexpr Byte hasRecord = 0x20;
constexpr Byte hasLabels = 0x10;
constexpr Byte manyAddresses = 0x0f; ///< and more: the number follows

// Of an address.
constexpr Byte transportMask = 0x03;
constexpr Byte samePort = 0x04;
constexpr unsigned hostShift = 4;
enum class HostKind : Byte
{
    text,
    v4,
    v6,
    same ///< as that of the address before
};

constexpr std::size_t leaseSize = 3 * sizeof(std::int64_t);

void putNumber(Bytes& out, std::uint64_t number)
{
    constexpr Byte more = 0x80;
    for (; number >= more; number >>= 7U)
        out.push_back(static_cast<Byte>(number | more));
    out.push_back(static_cast<Byte>(number));
}

void putBytes(Bytes& out, ByteView bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void putSized(Bytes& out, ByteView bytes)
{
    putNumber(out, bytes.size());
    putBytes(out, bytes);
}

std::uint64_t takeNumber(const Byte*& at) noexcept
{
    std::uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        const Byte byte = *at++;
        number |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80)
            return number;
    }
}

ByteView takeBytes(const Byte*& at, std::size_t size) noexcept
{
    return {std::exchange(at, at + size), size};
}

ByteView takeSized(const Byte*& at) noexcept
{
    const auto size = static_cast<std::size_t>(takeNumber(at));
    return takeBytes(at, size);
}

std::string_view textOf(ByteView bytes) noexcept
{
    return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

void putAddress(Bytes& out, const PeerAddress& address, const PeerAddress* before)
{
    const auto head = [&](HostKind kind) {
        const bool isSamePort = before != nullptr && before->port == address.port;
        out.push_back(static_cast<Byte>(static_cast<unsigned>(address.transport) |
                                        (isSamePort ? samePort : 0U) |
                                        static_cast<unsigned>(kind) << hostShift));
        if (!isSamePort) {
            out.push_back(static_cast<Byte>(address.port >> 8U));
            out.push_back(static_cast<Byte>(address.port));
        }
    };
    if (before != nullptr && before->host == address.host)
        return head(HostKind::same);
    const auto ip = node::IpAddress::parse(address.host);
    if (ip && ip->toString() == address.host) {
        head(ip->isV4() ? HostKind::v4 : HostKind::v6);
        return putBytes(out, ip->bytes());
    }
    head(HostKind::text);
    putSized(out, asBytes(address.host));
}

struct AddressHead
{
    Transport transport;
    HostKind kind;
    bool isSamePort;
    std::uint16_t port = 0;
};

AddressHead takeHead(const Byte*& at) noexcept
{
    const Byte flags = *at++;
    AddressHead head{static_cast<Transport>(flags & transportMask), static_cast<HostKind>(flags >> hostShift),
                     (flags & samePort) != 0};
    if (!head.isSamePort) {
        head.port = static_cast<std::uint16_t>(at[0] << 8U | at[1]);
        at += 2;
    }
    return head;
}

ByteView takeHost(HostKind kind, const Byte*& at) noexcept
{
    switch (kind) {
    case HostKind::v4:
        return takeBytes(at, 4);
    case HostKind::v6:
        return takeBytes(at, 16);
    case HostKind::text:
        return takeSized(at);
    case HostKind::same:
        break;
    }
    return {};
}

/// `before`: the address before it, or an empty one.
PeerAddress takeAddress(const Byte*& at, const PeerAddress& before)
{
    const AddressHead head = takeHead(at);
    PeerAddress address{head.transport, {}, head.isSamePort ? before.port : head.port};
    const ByteView host = takeHost(head.kind, at);
    if (head.kind == HostKind::same)
        address.host = before.host;
    else if (head.kind == HostKind::text)
        address.host = textOf(host);
    else
        address.host = node::IpAddress::fromBytes(host).value().toString();
    return address;
}

void putLease(Byte* at, const Lease& lease) noexcept
{
    const std::array<std::int64_t, 3> fields{lease.ttl.count(), lease.expiry.time_since_epoch().count(),
                                             lease.wallExpiry.time_since_epoch().count()};
    static_assert(sizeof fields == leaseSize);
    std::memcpy(at, fields.data(), sizeof fields);
}

Lease leaseAt(const Byte* at) noexcept
{
    std::array<std::int64_t, 3> fields{};
    std::memcpy(fields.data(), at, sizeof fields);
    return {Duration(fields[0]), MonotonicTime(Duration(fields[1])), WallTime(Duration(fields[2]))};
}

void putHead(Bytes& out, node::PeerScheme scheme, ByteView id, std::size_t claims)
{
    const auto few = static_cast<Byte>(std::min<std::size_t>(claims, manyClaims));
    out.push_back(static_cast<Byte>(static_cast<unsigned>(scheme) << claimBits | few));
    if (few == manyClaims)
        putNumber(out, claims);
    if (scheme == node::PeerScheme::eth)
        putBytes(out, id);
    else
        putSized(out, id);
}

void putClaim(Bytes& out, const ClaimRow& row, Origins::Number origin)
{
    const Peer& peer = *row.peer;
    const bool isSeqOfRecord = peer.enr && row.enrSeq == peer.enr->seq();
    const bool tellsSeq = row.enrSeq && !isSeqOfRecord;
    const auto few = static_cast<Byte>(std::min<std::size_t>(peer.addresses.size(), manyAddresses));
    out.push_back(static_cast<Byte>(few | (row.lease.isForever() ? 0U : hasLease) | (tellsSeq ? hasSeq : 0U) |
                                    (peer.enr ? hasRecord : 0U) | (peer.labels.empty() ? 0U : hasLabels)));
    putNumber(out, origin);
    putNumber(out, row.number);
    if (!row.lease.isForever()) {
        out.resize(out.size() + leaseSize);
        putLease(out.data() + out.size() - leaseSize, row.lease);
    }
    if (tellsSeq)
        putNumber(out, *row.enrSeq);
    if (few == manyAddresses)
        putNumber(out, peer.addresses.size());
    const PeerAddress* before = nullptr;
    for (const PeerAddress& address : peer.addresses)
        putAddress(out, address, std::exchange(before, &address));
    if (peer.enr)
        putSized(out, peer.enr->encoded());
    if (peer.labels.empty())
        return;
    putNumber(out, peer.labels.size());
    for (const auto& [name, value] : peer.labels) {
        putSized(out, asBytes(name));
        putSized(out, asBytes(value));
    }
}

PackedClaim claimAt(const Byte* at) noexcept
{
    PackedClaim claim;
    claim.begin = at;
    const Byte flags = *at++;
    claim.origin = static_cast<Origins::Number>(takeNumber(at));
    claim.number = takeNumber(at);
    if ((flags & hasLease) != 0) {
        claim.leaseAt = std::exchange(at, at + leaseSize);
        claim.lease = leaseAt(claim.leaseAt);
    }
    if ((flags & hasSeq) != 0)
        claim.seq = takeNumber(at);
    claim.addresses = flags & manyAddresses;
    if (claim.addresses == manyAddresses)
        claim.addresses = static_cast<std::size_t>(takeNumber(at));
    claim.content = at;
    for (std::size_t i = 0; i < claim.addresses; ++i)
        takeHost(takeHead(at).kind, at);
    if ((flags & hasRecord) != 0)
        takeSized(at);
    if ((flags & hasLabels) != 0) {
        for (auto texts = 2 * takeNumber(at); texts > 0; --texts)
            takeSized(at);
    }
    claim.end = at;
    return claim;
}

} // namespace

bool ranksAbove(std::string_view left, std::string_view right) noexcept
{
    if ((left == apiOrigin) != (right == apiOrigin))
        return left == apiOrigin;
    return left < right;
}

Peer PackedClaim::peer(const node::PeerId& id) const
{
    Peer peer{id, {}, std::nullopt, {}};
    const Byte* at = content;
    peer.addresses.reserve(addresses);
    static const PeerAddress none;
    for (std::size_t i = 0; i < addresses; ++i)
        peer.addresses.push_back(takeAddress(at, i == 0 ? none : peer.addresses.back()));
    if ((*begin & hasRecord) != 0)
        peer.enr = node::Enr::restored(takeSized(at), *id.publicKey());
    if ((*begin & hasLabels) != 0) {
        for (auto labels = takeNumber(at); labels > 0; --labels) {
            const ByteView name = takeSized(at);
            peer.labels.emplace_hint(peer.labels.end(), textOf(name), textOf(takeSized(at)));
        }
    }
    return peer;
}

ClaimRow PackedClaim::row(const node::PeerId& id, const Origins& origins) const
{
    auto shared = std::make_shared<const Peer>(peer(id));
    const auto known = seq || !shared->enr ? seq : std::optional(shared->enr->seq());
    return {origins.name(origin), std::move(shared), known, lease, number};
}

PackedClaims::PackedClaims(const Byte* bytes) noexcept
    : _begin(bytes), _scheme(static_cast<node::PeerScheme>(*bytes >> claimBits)), _claims(*bytes & manyClaims)
{
    ++bytes;
    if (_claims == manyClaims)
        _claims = static_cast<std::size_t>(takeNumber(bytes));
    _id = _scheme == node::PeerScheme::eth ? takeBytes(bytes, node::PublicKey::size) : takeSized(bytes);
    _first = bytes;
}

node::PeerId PackedClaims::id() const
{
    if (_scheme != node::PeerScheme::eth)
        return node::PeerId::fromBytes(_scheme, _id).value();
    FixedBytes<node::PublicKey::size> key;
    std::ranges::copy(_id, key.begin());
    return node::PeerId(node::PublicKey(key));
}

std::strong_ordering PackedClaims::compare(const node::PeerId& id) const noexcept
{
    if (_scheme != id.scheme())
        return _scheme <=> id.scheme();
    return textOf(_id) <=> textOf(id.bytes());
}

PackedClaim PackedClaims::first() const noexcept
{
    return claimAt(_first);
}

PackedClaim PackedClaims::behind(const PackedClaim& claim) noexcept
{
    return claimAt(claim.end);
}

std::optional<PackedClaim> PackedClaims::shownAt(MonotonicTime now) const noexcept
{
    std::optional<PackedClaim> shown;
    each([&](const PackedClaim& claim) {
        if (!claim.isOver(now))
            shown = claim;
        return !shown;
    });
    return shown;
}

std::optional<PackedClaim> PackedClaims::find(Origins::Number origin) const noexcept
{
    std::optional<PackedClaim> found;
    each([&](const PackedClaim& claim) {
        if (claim.origin == origin)
            found = claim;
        return !found;
    });
    return found;
}

bool PackedClaims::isOver(MonotonicTime now) const noexcept
{
    bool anyIs = false;
    each([&](const PackedClaim& claim) {
        anyIs = claim.isOver(now);
        return !anyIs;
    });
    return anyIs;
}

const Byte* PackedClaims::end() const noexcept
{
    const Byte* end = _first;
    each([&](const PackedClaim& claim) {
        end = claim.end;
        return true;
    });
    return end;
}

void PackedClaims::pack(const PackedClaims* before, const ClaimRow& row, Origins::Number origin,
                        const Origins& origins, Bytes& out)
{
    const bool isThere = before != nullptr && before->find(origin);
    const std::size_t others = before == nullptr ? 0 : before->size() - (isThere ? 1 : 0);
    out.clear();
    putHead(out, row.peer->id.scheme(), row.peer->id.bytes(), others + 1);
    bool isPut = false;
    const auto put = [&] {
        if (!std::exchange(isPut, true))
            putClaim(out, row, origin);
    };
    if (before != nullptr)
        before->each([&](const PackedClaim& other) {
            if (other.origin == origin)
                return true;
            if (ranksAbove(row.origin, origins.name(other.origin)))
                put();
            putBytes(out, {other.begin, other.end});
            return true;
        });
    put();
}

void PackedClaims::packWithout(const PackedClaims& before, const PackedClaim& gone, Bytes& out)
{
    out.clear();
    putHead(out, before._scheme, before._id, before.size() - 1);
    putBytes(out, {before._first, gone.begin});
    putBytes(out, {gone.end, before.end()});
}

void PackedClaims::renew(Byte* leaseAt, const Lease& lease) noexcept
{
    putLease(leaseAt, lease);
}

std::uint32_t PackedClaims::prefixOf(const node::PeerId& id) noexcept
{
    std::uint32_t prefix = 0;
    const ByteView bytes = id.bytes();
    for (std::size_t i = 0; i < sizeof prefix; ++i)
        prefix = prefix << 8U | (i < bytes.size() ? bytes[i] : Byte{0});
    return static_cast<std::uint32_t>(id.scheme()) << (32U - schemeBits) | prefix >> schemeBits;
}

} // namespace waymark::registry::table
