#pragma once

#include "commands/load/Kind.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace waymark::discv4::load
{

/// So many PINGs for so many FINDNODEs and so many ENRRequests.
struct Mix
{
    unsigned pings = 1;
    unsigned findNodes = 0;
    unsigned enrRequests = 0;

    /// "3:1", or "10:8:1".
    static Result<Mix> parse(std::string_view text);

    /// How many of them are of a kind.
    unsigned of(Kind kind) const noexcept;
    unsigned total() const noexcept { return pings + findNodes + enrRequests; }

    /// Which kind the n-th request is: each is spread evenly.
    Kind at(std::uint64_t number) const noexcept;
    /// How many of a kind are among the first ones.
    std::uint64_t before(Kind kind, std::uint64_t number) const noexcept;
};

/// When the n-th request of an open loop is due, whatever became of those before: `number` / `rate` seconds
/// after the start.
inline Duration dueAfter(std::uint64_t number, std::uint64_t rate) noexcept
{
    constexpr std::uint64_t second = 1'000'000'000;
    return Duration(static_cast<Duration::rep>(number / rate * second + number % rate * second / rate));
}

} // namespace waymark::discv4::load
