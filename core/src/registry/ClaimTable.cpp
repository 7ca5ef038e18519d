#include "registry/ClaimTable.h"

#include <algorithm>
#include <set>
#include <utility>

namespace waymark::registry
{

using table::PackedClaim;
using table::PackedClaims;

ClaimTable::Place ClaimTable::placeOf(const node::PeerId& id) const noexcept
{
    const std::uint32_t prefix = PackedClaims::prefixOf(id);
    return _peers.behind([&](const Entry& entry) {
        return entry.prefix != prefix ? entry.prefix < prefix : claimsIn(entry.block).compare(id) < 0;
    });
}

ClaimTable::Place ClaimTable::placeAfter(const node::PeerId& id) const noexcept
{
    const Place place = placeOf(id);
    return isAt(place, id) ? _peers.next(place) : place;
}

bool ClaimTable::isAt(Place place, const node::PeerId& id) const noexcept
{
    return !_peers.isEnd(place) && claimsIn(_peers.at(place).block).compare(id) == 0;
}

std::optional<PackedClaims> ClaimTable::packed(const node::PeerId& id) const noexcept
{
    const Place place = placeOf(id);
    return isAt(place, id) ? std::optional(claimsIn(_peers.at(place).block)) : std::nullopt;
}

ClaimTable::Added ClaimTable::put(const ClaimRow& row, bool mayReplace)
{
    const node::PeerId& id = row.peer->id;
    const Place place = placeOf(id);
    const bool isKnown = isAt(place, id);
    const auto before = isKnown ? std::optional(claimsIn(_peers.at(place).block)) : std::nullopt;
    const auto known = before ? _origins.find(row.origin) : std::nullopt;
    const bool isReplaced = known && before->find(*known);
    if (isReplaced && !mayReplace)
        return Added::twice;
    const auto origin = _origins.hold(row.origin);
    try {
        PackedClaims::pack(before ? &*before : nullptr, row, origin, _origins, _scratch);
        store(place, id, isKnown);
    } catch (...) {
        _origins.release(origin);
        throw;
    }
    if (isReplaced)
        _origins.release(origin);
    _lastNumber = std::max(_lastNumber, row.number);
    return isKnown ? Added::further : Added::first;
}

void ClaimTable::apply(const ClaimGone& gone)
{
    const Place place = placeOf(gone.peer);
    const auto origin = _origins.find(gone.origin);
    if (!origin || !isAt(place, gone.peer))
        return;
    const Block block = _peers.at(place).block;
    const PackedClaims before = claimsIn(block);
    const auto claim = before.find(*origin);
    if (!claim)
        return;
    if (before.size() > 1) {
        PackedClaims::packWithout(before, *claim, _scratch);
        store(place, gone.peer, true);
    } else {
        eraseEnds(block, _blocks.at(block));
        _peers.erase(place);
        _blocks.give(block);
    }
    _origins.release(*origin);
}

void ClaimTable::apply(const LeaseRow& row)
{
    const Place place = placeOf(row.peer);
    const auto origin = _origins.find(row.origin);
    if (!origin || !isAt(place, row.peer))
        return;
    const Block block = _peers.at(place).block;
    const auto claim = claimsIn(block).find(*origin);
    if (!claim)
        return;
    if (claim->lease.isForever() || row.lease.isForever()) {
        ClaimRow whole = claim->row(row.peer, _origins);
        whole.lease = row.lease;
        return apply(whole);
    }
    _ends.insert({row.lease.expiry, block});
    _ends.erase({claim->lease.expiry, block});
    Byte* const bytes = _blocks.at(block);
    PackedClaims::renew(bytes + (claim->leaseAt - bytes), row.lease);
}

void ClaimTable::store(Place place, const node::PeerId& id, bool isKnown)
{
    const Block old = isKnown ? _peers.at(place).block : 0;
    const bool staysThere = isKnown && _blocks.fits(old, _scratch.size());
    const Block block = staysThere ? old : _blocks.take(_scratch.size());
    try {
        insertEnds(block, _scratch.data());
        try {
            if (!isKnown)
                _peers.insert(place, {PackedClaims::prefixOf(id), block});
        } catch (...) {
            eraseEnds(block, _scratch.data());
            throw;
        }
    } catch (...) {
        if (!staysThere)
            _blocks.give(block);
        throw;
    }
    if (isKnown) {
        eraseEnds(old, _blocks.at(old));
        _peers.replace(place, {_peers.at(place).prefix, block});
    }
    std::ranges::copy(_scratch, _blocks.at(block));
    if (isKnown && !staysThere)
        _blocks.give(old);
}

void ClaimTable::insertEnds(Block block, const Byte* claims)
{
    std::size_t done = 0;
    try {
        PackedClaims(claims).each([&](const PackedClaim& claim) {
            if (!claim.lease.isForever())
                _ends.insert({claim.lease.expiry, block});
            ++done;
            return true;
        });
    } catch (...) {
        eraseEnds(block, claims, done);
        throw;
    }
}

void ClaimTable::eraseEnds(Block block, const Byte* claims) noexcept
{
    eraseEnds(block, claims, PackedClaims(claims).size());
}

void ClaimTable::eraseEnds(Block block, const Byte* claims, std::size_t most) noexcept
{
    PackedClaims(claims).each([&](const PackedClaim& claim) {
        if (most-- == 0)
            return false;
        if (!claim.lease.isForever())
            _ends.erase({claim.lease.expiry, block});
        return true;
    });
}

ClaimSet ClaimTable::find(const node::PeerId& id) const
{
    const auto claims = packed(id);
    if (!claims)
        return {};
    std::vector<ClaimRow> rows;
    rows.reserve(claims->size());
    claims->each([&](const PackedClaim& claim) {
        rows.push_back(claim.row(id, _origins));
        return true;
    });
    return ClaimSet(std::move(rows));
}

bool ClaimTable::contains(const node::PeerId& id, const std::string& origin) const
{
    const auto number = _origins.find(origin);
    const auto claims = number ? packed(id) : std::nullopt;
    return claims && claims->find(*number);
}

std::optional<Peer> ClaimTable::shownAt(const node::PeerId& id, MonotonicTime now) const
{
    const auto claims = packed(id);
    const auto shown = claims ? claims->shownAt(now) : std::nullopt;
    return shown ? std::optional(shown->peer(id)) : std::nullopt;
}

bool ClaimTable::isOver(const node::PeerId& id, MonotonicTime now) const
{
    const auto claims = packed(id);
    return claims && claims->isOver(now);
}

std::vector<ClaimState> ClaimTable::claimsAt(const node::PeerId& id, MonotonicTime now) const
{
    std::vector<ClaimState> states;
    if (const auto claims = packed(id))
        claims->each([&](const PackedClaim& claim) {
            if (!claim.isOver(now))
                states.push_back({_origins.name(claim.origin), claim.lease});
            return true;
        });
    return states;
}

std::vector<node::PeerId> ClaimTable::claimedBy(const std::string& origin) const
{
    std::vector<node::PeerId> ids;
    const auto number = _origins.find(origin);
    std::size_t left = number ? _origins.claims(*number) : 0;
    if (left == 0)
        return ids;
    ids.reserve(left);
    eachAfter(std::nullopt, [&](const PackedClaims& claims) {
        if (claims.find(*number)) {
            ids.push_back(claims.id());
            --left;
        }
        return left > 0;
    });
    return ids;
}

std::size_t ClaimTable::sizeAt(MonotonicTime now) const
{
    if (!_ends.isDue(now))
        return _peers.size();
    std::set<Block> gone;
    for (auto place = _ends.begin(); _ends.at(place) != nullptr && _ends.at(place)->at <= now;
         place = _ends.next(place)) {
        if (!claimsIn(_ends.at(place)->block).shownAt(now))
            gone.insert(_ends.at(place)->block);
    }
    return _peers.size() - gone.size();
}

} // namespace waymark::registry
