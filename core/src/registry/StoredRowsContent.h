#pragma once

#include "registry/ClaimTable.h"

#include <waymark/registry/StoredRows.h>

#include <cstddef>
#include <string>
#include <vector>

namespace waymark::registry
{

/// What StoredRows consists of: the blocks of the table one behind the other.
struct StoredRows::Content
{
    Content(const ClaimTable& table, Revision at);

    const Revision revision;
    std::size_t claims = 0;
    Bytes packed;
    table::Origins origins;
    std::vector<TombstoneRow> tombstones;

    // How far it is read.
    std::size_t nextBlock = 0;  ///< in packed
    std::vector<ClaimRow> open; ///< of one block, the next one last
    std::size_t nextTombstone = 0;
};

} // namespace waymark::registry
