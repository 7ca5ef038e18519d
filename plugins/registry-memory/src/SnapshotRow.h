#pragma once

#include <waymark/base/Result.h>
#include <waymark/registry/RegistryPlan.h>

#include <cstddef>
#include <string_view>

namespace waymark::registry
{

/// What a row of a snapshot begins with.
constexpr std::string_view claimWord = "claim ";
constexpr std::string_view removalWord = "removal ";

/// A row as it stands in a snapshot, borrowed.
struct SnapshotRow
{
    std::string_view text; ///< of the line, without its end
    std::size_t line = 0;  ///< its number, counted from 1

    /// `corrupt` for what is no row; says the line. Any thread.
    Result<StoredRow> decode() const;
};

} // namespace waymark::registry
