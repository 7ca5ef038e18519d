#pragma once

#include "repair/Salvage.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace waymark::registry::repair
{

struct Repaired
{
    bool wasHealthy = false;
    bool wasEmpty = false;      ///< 0 bytes and no log: nothing to save, and a daemon takes it for new
    std::string damage;         ///< why a daemon does not start with the file; empty when healthy
    Salvaged saved;             ///< what the file holds now, or would hold
    std::filesystem::path kept; ///< the damaged file's new name; empty when nothing was changed
};

/// Looks whether a daemon would start with the file; when it is damaged, puts a new database with all rows
/// that can be read in its place, with the same owner, and keeps the damaged one, with its log, as
/// `<file>.damaged-<UTC time>`.
/// With `isDryRun`, or when nothing can be saved, the file stays as it is. Works on copies in
/// `<file>.repair`, which goes again at the end.
///
/// Throws plugin::StartError: lockedDatabase while a daemon has the file, configuration when it is none that
/// can be repaired (missing, of another program, of a newer Waymark) or copies cannot be written.
Repaired repair(const std::filesystem::path& file, bool isDryRun);

} // namespace waymark::registry::repair
