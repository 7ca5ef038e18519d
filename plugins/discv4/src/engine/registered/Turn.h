#pragma once

#include "engine/TrackedPeer.h"
#include "engine/registered/PackedPeers.h"

#include <waymark/base/Clock.h>
#include <waymark/node/IpAddress.h>

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstdint>

namespace waymark::discv4::engine::registered
{

/// When which endpoint of which peer is pinged: a number of 8 bytes that is the lower the sooner. Time counts
/// by milliseconds since the clock's beginning, and ends after eight years. A value.
class Turn
{
public:
    Turn(MonotonicTime due, PackedPeers::Number peer, node::IpFamily family, SpotKind kind) noexcept
        : _bits(tickOf(due) << timeShift | std::uint64_t{peer} << peerShift |
                static_cast<std::uint64_t>(family) << 1U | static_cast<std::uint64_t>(kind))
    {
    }

    bool isDue(MonotonicTime now) const noexcept { return _bits >> timeShift <= tickOf(now); }
    /// What Spot::turn is when this is its turn. One time in 65,536 a turn that was given up is taken for it:
    /// then a ping comes early.
    std::uint16_t mark() const noexcept { return static_cast<std::uint16_t>(_bits >> timeShift); }
    PackedPeers::Number peer() const noexcept
    {
        return static_cast<PackedPeers::Number>(_bits >> peerShift) & (PackedPeers::limit - 1);
    }
    node::IpFamily family() const noexcept { return static_cast<node::IpFamily>(_bits >> 1U & 1U); }
    SpotKind kind() const noexcept { return static_cast<SpotKind>(_bits & 1U); }

    friend auto operator<=>(const Turn&, const Turn&) noexcept = default;

private:
    static constexpr unsigned peerShift = 2;
    static constexpr unsigned timeShift = 26;
    static_assert(PackedPeers::limit == 1U << (timeShift - peerShift));

    static std::uint64_t tickOf(MonotonicTime time) noexcept
    {
        constexpr std::int64_t last = (std::int64_t{1} << (64 - timeShift)) - 1;
        const auto ticks = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
        return static_cast<std::uint64_t>(std::clamp<std::int64_t>(ticks, 0, last));
    }

    std::uint64_t _bits;
};

} // namespace waymark::discv4::engine::registered
