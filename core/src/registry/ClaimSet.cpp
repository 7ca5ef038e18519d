#include "registry/ClaimSet.h"

#include "registry/table/PackedClaims.h"

#include <algorithm>
#include <utility>

namespace waymark::registry
{

const ClaimRow* ClaimSet::find(const std::string& origin) const noexcept
{
    const auto found =
        std::find_if(_rows.begin(), _rows.end(), [&](const ClaimRow& row) { return row.origin == origin; });
    return found == _rows.end() ? nullptr : &*found;
}

void ClaimSet::put(ClaimRow row)
{
    const auto place = std::find_if(_rows.begin(), _rows.end(), [&](const ClaimRow& other) {
        return !table::ranksAbove(other.origin, row.origin);
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

} // namespace waymark::registry
