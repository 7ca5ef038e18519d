#pragma once

#include <waymark/base/Result.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::registry
{

/// Counts the changes of a registry. Opaque to others as "<epoch>-<n>": the epoch names one continuous
/// history (it changes when that history is lost or may have been, as after a restart), the number grows by
/// one with every change.
struct Revision
{
    std::uint64_t epoch = 0;
    std::uint64_t number = 0;

    static Result<Revision> parse(std::string_view text);
    std::string toString() const;
    /// What stands before the dash: 16 lower-case hex digits.
    std::string epochText() const;

    /// Only revisions of one epoch are ordered.
    friend constexpr bool operator==(const Revision&, const Revision&) noexcept = default;
};

} // namespace waymark::registry
