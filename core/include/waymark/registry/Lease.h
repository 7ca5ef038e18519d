#pragma once

#include <waymark/base/Clock.h>

#include <chrono>
#include <optional>

namespace waymark::registry
{

/// Bounds of a lease's time to live, besides 0.
inline constexpr Duration minimumTtl = std::chrono::seconds(1);
inline constexpr Duration maximumTtl = std::chrono::hours(24 * 3660); ///< ten years and a little

/// How long a claim lasts. While the process runs only `expiry` counts, so a wall clock that is set ends no
/// lease early or late; `wallExpiry` is what is stored and what people are shown.
struct Lease
{
    Duration ttl{0}; ///< what it was given when it was last renewed; 0: for ever, and the rest means nothing
    MonotonicTime expiry{};
    WallTime wallExpiry{};

    /// A lease that begins now; for ever when `ttl` is 0.
    static Lease beginning(Duration ttl, MonotonicTime now, WallTime wallNow) noexcept
    {
        return ttl == Duration::zero() ? Lease{} : Lease{ttl, now + ttl, wallNow + ttl};
    }

    bool isForever() const noexcept { return ttl == Duration::zero(); }
    bool isOver(MonotonicTime now) const noexcept { return !isForever() && expiry <= now; }
    /// When it ends, for people.
    std::optional<WallTime> end() const noexcept
    {
        return isForever() ? std::nullopt : std::optional(wallExpiry);
    }

    friend bool operator==(const Lease&, const Lease&) noexcept = default;
};

} // namespace waymark::registry
