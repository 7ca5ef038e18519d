#include "registry/DeferredRows.h"

#include <type_traits>

namespace waymark::registry
{

/// All of them or, without memory, none.
void DeferredRows::add(const std::vector<RowChange>& rows)
{
    decltype(_rows) fresh;
    for (const RowChange& change : rows) {
        auto key = std::visit(
            [](const auto& row) -> decltype(_rows)::key_type {
                using Row = std::decay_t<decltype(row)>;
                if constexpr (std::is_same_v<Row, ClaimRow>)
                    return {{row.peer->id, row.origin}, Table::claims};
                else if constexpr (std::is_same_v<Row, ClaimGone> || std::is_same_v<Row, LeaseRow>)
                    return {{row.peer, row.origin}, Table::claims};
                else
                    return {{row.peer, row.origin}, Table::tombstones};
            },
            change);
        fresh.insert_or_assign(std::move(key), change);
    }
    while (!fresh.empty()) {
        auto added = _rows.insert(fresh.extract(fresh.begin()));
        if (!added.inserted)
            added.position->second = std::move(added.node.mapped());
    }
}

RegistryPlan DeferredRows::before(const RegistryPlan& plan) const
{
    RegistryPlan together;
    together.mayWait = plan.mayWait;
    together.revision = plan.revision;
    together.rows.reserve(_rows.size() + plan.rows.size());
    for (const auto& [key, row] : _rows)
        together.rows.push_back(row);
    together.rows.insert(together.rows.end(), plan.rows.begin(), plan.rows.end());
    return together;
}

} // namespace waymark::registry
