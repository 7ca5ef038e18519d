#pragma once

#include <cstdint>
#include <span>

namespace waymark::registry
{

/// "WYMK": what `PRAGMA application_id` of a Waymark registry says.
inline constexpr std::int64_t applicationId = 0x57594d4b;

/// One step forward of the schema. Each lies in a file of its own in migrations/ and is never changed once
/// it was released.
struct Migration
{
    std::int64_t version; ///< `PRAGMA user_version` afterwards
    std::span<const char* const> statements;
};

extern const Migration migration001;
extern const Migration migration002;
extern const Migration migration003;

using Migrations = std::span<const Migration* const>;

/// All of them, in order; versions are 1, 2, 3...
Migrations migrations() noexcept;

/// The version that this program reads and writes.
std::int64_t schemaVersion() noexcept;

} // namespace waymark::registry
