#include "registry/TombstoneTable.h"

#include <utility>

namespace waymark::registry
{

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
    const ClaimKey key{row.peer, row.origin};
    const Entry entry{row.enrSeq, row.order, row.buried};
    const auto [aged, isNewAge] = _byAge.emplace(row.order, key);
    try {
        const auto [found, isNew] = _byKey.try_emplace(key, entry);
        if (isNew)
            return;
        if (found->second.order != row.order)
            _byAge.erase(found->second.order);
        found->second = entry;
    } catch (...) {
        if (isNewAge)
            _byAge.erase(aged);
        throw;
    }
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
