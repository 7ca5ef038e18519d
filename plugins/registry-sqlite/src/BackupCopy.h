#pragma once

#include <filesystem>
#include <sqlite3.h>

namespace waymark::registry
{

/// Copies a database, with what its log holds, into a new file beside others of the same purpose: `wanted`,
/// or `wanted`-2, -3... when that exists; never over a file that is there. The copy is complete and on the
/// disk when the function returns its name; until then it has `.new` at its end. Throws std::runtime_error
/// (one line: what could not be done) and leaves nothing behind.
std::filesystem::path backUp(sqlite3* database, const std::filesystem::path& wanted);

} // namespace waymark::registry
