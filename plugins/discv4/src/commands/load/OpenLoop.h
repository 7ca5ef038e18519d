#pragma once

#include "commands/load/Schedule.h"

#include <waymark/base/Clock.h>

#include <array>
#include <cstdint>
#include <optional>

namespace waymark::discv4::load
{

/// The requests of an open loop, each due at its time whatever became of those before, in the order of their
/// kind: PINGs need not wait for FINDNODEs that cannot leave. Takes no memory for those that wait. Times are
/// counted from the start. Pure; one thread.
class OpenLoop
{
public:
    /// `rate` is above 0.
    OpenLoop(const Mix& mix, std::uint64_t rate, Duration duration);

    /// How many there are of all kinds.
    std::uint64_t total() const noexcept { return _total; }
    /// When the next one of a kind is due; nothing when there are no more.
    std::optional<Duration> next(Kind kind) const;
    /// The next one of a kind left.
    void left(Kind kind);
    /// How many of a kind are due at `now` and have not left.
    std::uint64_t waiting(Kind kind, Duration now) const;
    /// How many of a kind have left.
    std::uint64_t gone(Kind kind) const { return _gone[static_cast<std::size_t>(kind)]; }

private:
    /// The first of a kind from this number on.
    std::uint64_t seek(Kind kind, std::uint64_t number) const;

    Mix _mix;
    std::uint64_t _rate;
    std::uint64_t _total; ///< how many are due before the end
    std::array<std::uint64_t, kindCount> _next{};
    std::array<std::uint64_t, kindCount> _gone{};
};

} // namespace waymark::discv4::load
