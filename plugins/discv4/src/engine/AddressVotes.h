#pragma once

#include "engine/KeyedHash.h"

#include <waymark/base/Clock.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace waymark::discv4::engine
{

/// Where other nodes see this one, by majority of what they said in the last five minutes.
///
/// One vote has each /24 or /64, so that nobody outvotes others by many ids or addresses of one network; in
/// local networks and on loopback, where there are no others, each address has one. The newest vote of a
/// voter counts. Votes are for addresses of the voter's family that it may tell of (relay rules): local
/// networks' and loopback's only from there, special-purpose ones never. Only proven endpoints may vote; the
/// caller sees to that.
///
/// Bounded to mostVoters a family, of which the oldest goes for a new one. Any thread.
class AddressVotes
{
public:
    static constexpr Duration validity = std::chrono::minutes(5);
    static constexpr std::size_t mostVoters = 1024;

    explicit AddressVotes(std::uint64_t seed) : _votes{{Votes(16, seededBy(seed)), Votes(16, seededBy(seed))}}
    {
    }

    /// A node at `voter` said that it sees this one at `seen`.
    void vote(const node::IpAddress& voter, const node::IpAddress& seen, MonotonicTime now);

    struct Majority
    {
        node::IpAddress ip;
        std::size_t hosts = 0; ///< that see it there; more than half of those that said anything
    };
    std::optional<Majority> majority(node::IpFamily family, MonotonicTime now);

private:
    struct Vote
    {
        node::IpAddress seen;
        MonotonicTime at;
    };
    using Votes = std::unordered_map<node::IpAddress, Vote, TableHash>;

    static TableHash seededBy(std::uint64_t seed) noexcept { return {KeyedHash(seed)}; }
    static void forget(Votes& votes, MonotonicTime now);

    std::mutex _mutex;
    std::array<Votes, 2> _votes; ///< by family
};

} // namespace waymark::discv4::engine
