#pragma once

#include <cstddef>
#include <filesystem>

namespace waymark::registry::repair
{

/// What was found in a damaged file.
struct Salvaged
{
    std::size_t claims = 0;
    std::size_t tombstones = 0;
    std::size_t refused = 0;      ///< rows that can be read and hold what no registry wrote
    std::size_t damagedPages = 0; ///< pages of rows that cannot be read to their end
    std::size_t lostPages = 0;    ///< pages that do not say any more what they were
    std::size_t missingPages = 0; ///< pages of whatever kind behind the end of a truncated file
    std::size_t named = 0;  ///< of those that are lost: tombstones, and claims of schema 1 and 2, of which an
                            ///< index still has the key
    bool mayBeBack = false; ///< which pages are free is not known: what was removed may be there again
};

/// Brings whatever rows are left in `damaged` into the new registry `fresh`, which it creates with this
/// program's schema. `damaged` (with its -wal and -journal) is a copy that it may change; `folder` is for
/// what it needs on the way. SQLite itself reads each page of rows as if the page were a whole table, so that
/// a row is lost only with its own pages. Throws SqlError, std::system_error, Poco::Exception and
/// plugin::StartError when the copies cannot be written.
Salvaged salvage(const std::filesystem::path& damaged, const std::filesystem::path& fresh,
                 const std::filesystem::path& folder);

} // namespace waymark::registry::repair
