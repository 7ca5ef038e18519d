#pragma once

#include "registry/TombstoneTable.h"

#include <waymark/registry/RegistryPlan.h>

#include <map>
#include <utility>
#include <vector>

namespace waymark::registry
{

/// Rows of committed plans that are not written yet (RegistryPlan::mayWait). Of each claim and each tombstone
/// the last row stands for all.
class DeferredRows
{
public:
    void add(const std::vector<RowChange>& rows);
    void clear() noexcept { _rows.clear(); }
    bool empty() const noexcept { return _rows.empty(); }

    /// What is to be written: these rows, then those of `plan`, with its revision.
    RegistryPlan before(const RegistryPlan& plan) const;

private:
    enum class Table
    {
        claims,
        tombstones
    };
    std::map<std::pair<ClaimKey, Table>, RowChange> _rows;
};

} // namespace waymark::registry
