#include "registry/ClaimTable.h"

#include <algorithm>
#include <set>
#include <utility>

namespace waymark::registry
{

namespace
{

/// Whether `left` is shown rather than `right`.
bool ranksAbove(const std::string& left, const std::string& right) noexcept
{
    if ((left == apiOrigin) != (right == apiOrigin))
        return left == apiOrigin;
    return left < right;
}

} // namespace

const ClaimRow* ClaimSet::find(const std::string& origin) const noexcept
{
    const auto found =
        std::find_if(_rows.begin(), _rows.end(), [&](const ClaimRow& row) { return row.origin == origin; });
    return found == _rows.end() ? nullptr : &*found;
}

void ClaimSet::put(ClaimRow row)
{
    const auto place = std::find_if(_rows.begin(), _rows.end(), [&](const ClaimRow& other) {
        return !ranksAbove(other.origin, row.origin);
    });
    if (place != _rows.end() && place->origin == row.origin)
        *place = std::move(row);
    else
        _rows.insert(place, std::move(row));
}

void ClaimSet::erase(const std::string& origin)
{
    std::erase_if(_rows, [&](const ClaimRow& row) { return row.origin == origin; });
}

void ClaimSet::renew(const std::string& origin, const Lease& lease)
{
    for (ClaimRow& row : _rows) {
        if (row.origin == origin)
            row.lease = lease;
    }
}

const ClaimRow* ClaimSet::shownAt(MonotonicTime now) const noexcept
{
    const auto found = std::find_if(_rows.begin(), _rows.end(),
                                    [now](const ClaimRow& row) { return !row.lease.isOver(now); });
    return found == _rows.end() ? nullptr : &*found;
}

std::shared_ptr<const Peer> ClaimSet::shown() const noexcept
{
    const ClaimRow* const row = shownAt(overWhenLoaded);
    return row == nullptr ? nullptr : row->peer;
}

bool ClaimSet::isOver(MonotonicTime now) const noexcept
{
    return std::any_of(_rows.begin(), _rows.end(),
                       [now](const ClaimRow& row) { return row.lease.isOver(now); });
}

std::vector<ClaimState> ClaimSet::claimsAt(MonotonicTime now) const
{
    std::vector<ClaimState> claims;
    for (const ClaimRow& row : _rows) {
        if (!row.lease.isOver(now))
            claims.push_back({row.origin, row.lease});
    }
    return claims;
}

const TombstoneTable::Entry* TombstoneTable::find(const ClaimKey& key) const noexcept
{
    const auto found = _byKey.find(key);
    return found == _byKey.end() ? nullptr : &found->second;
}

TombstoneRow TombstoneTable::row(const ClaimKey& key) const
{
    const Entry& entry = _byKey.at(key);
    return {key.peer, key.origin, entry.enrSeq, entry.order, entry.buried};
}

void TombstoneTable::put(const TombstoneRow& row)
{
    ClaimKey key{row.peer, row.origin};
    erase(key);
    _byKey[key] = {row.enrSeq, row.order, row.buried};
    _byAge.emplace(row.order, std::move(key));
}

void TombstoneTable::erase(const ClaimKey& key)
{
    const auto found = _byKey.find(key);
    if (found == _byKey.end())
        return;
    _byAge.erase(found->second.order);
    _byKey.erase(found);
}

void ClaimTable::apply(const ClaimRow& row)
{
    add(peers.try_emplace(row.peer->id).first, row);
}

void ClaimTable::add(std::map<node::PeerId, ClaimSet>::iterator peer, const ClaimRow& row)
{
    if (const ClaimRow* const before = peer->second.find(row.origin)) {
        if (!before->lease.isForever())
            ends.erase({before->lease.expiry, &peer->first});
    } else {
        ++claimsOfOrigin[row.origin];
    }
    lastNumber = std::max(lastNumber, row.number);
    peer->second.put(row);
    if (!row.lease.isForever())
        ends.insert({row.lease.expiry, &peer->first});
}

void ClaimTable::apply(const ClaimGone& gone)
{
    const auto peer = peers.find(gone.peer);
    if (peer == peers.end())
        return;
    const ClaimRow* const before = peer->second.find(gone.origin);
    if (before == nullptr)
        return;
    if (!before->lease.isForever())
        ends.erase({before->lease.expiry, &peer->first});
    peer->second.erase(gone.origin);
    if (peer->second.empty())
        peers.erase(peer);
    const auto origin = claimsOfOrigin.find(gone.origin);
    if (origin != claimsOfOrigin.end() && --origin->second == 0)
        claimsOfOrigin.erase(origin);
}

void ClaimTable::apply(const LeaseRow& row)
{
    const auto peer = peers.find(row.peer);
    const ClaimRow* const before = peer == peers.end() ? nullptr : peer->second.find(row.origin);
    if (before == nullptr)
        return;
    if (!before->lease.isForever())
        ends.erase({before->lease.expiry, &peer->first});
    peer->second.renew(row.origin, row.lease);
    if (!row.lease.isForever())
        ends.insert({row.lease.expiry, &peer->first});
}

const ClaimSet* ClaimTable::find(const node::PeerId& id) const noexcept
{
    const auto found = peers.find(id);
    return found == peers.end() ? nullptr : &found->second;
}

std::size_t ClaimTable::sizeAt(MonotonicTime now) const
{
    if (!ends.isDue(now))
        return peers.size();
    std::set<const node::PeerId*> gone;
    for (auto end = ends.begin(); end != ends.end() && end->at <= now; ++end) {
        if (peers.at(*end->peer).shownAt(now) == nullptr)
            gone.insert(end->peer);
    }
    return peers.size() - gone.size();
}

} // namespace waymark::registry
