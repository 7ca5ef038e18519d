#include "registry/ClaimTable.h"

#include <algorithm>
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

std::vector<std::string> ClaimSet::origins() const
{
    std::vector<std::string> names;
    for (const ClaimRow& row : _rows)
        names.push_back(row.origin);
    return names;
}

const TombstoneTable::Entry* TombstoneTable::find(const ClaimKey& key) const noexcept
{
    const auto found = _byKey.find(key);
    return found == _byKey.end() ? nullptr : &found->second;
}

void TombstoneTable::put(const TombstoneRow& row)
{
    ClaimKey key{row.peer, row.origin};
    erase(key);
    _byKey[key] = {row.enrSeq, row.order};
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

} // namespace waymark::registry
