#pragma once

#include <waymark/testkit/sim/Fate.h>

#include <array>
#include <cstdint>
#include <numeric>

namespace waymark::testkit::sim
{

/// What happened to all datagrams of a network. Nothing gets lost without a count:
/// sent + injected + duplicated == ended() + pending.
struct NetworkCounts
{
    std::uint64_t sent = 0;       ///< by hosts, the refused ones too
    std::uint64_t injected = 0;   ///< from nowhere
    std::uint64_t duplicated = 0; ///< copies that links made
    std::uint64_t heldBack = 0;   ///< by reordering links
    std::uint64_t pending = 0;    ///< under way or in a socket's buffer
    std::array<std::uint64_t, fateCount> fates{};

    std::uint64_t operator[](Fate fate) const noexcept { return fates[static_cast<std::size_t>(fate)]; }
    std::uint64_t ended() const noexcept
    {
        return std::accumulate(fates.begin(), fates.end(), std::uint64_t{0});
    }
};

} // namespace waymark::testkit::sim
