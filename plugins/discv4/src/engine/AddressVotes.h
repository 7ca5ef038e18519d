#pragma once

#include "engine/KeyedHash.h"

#include <waymark/base/Clock.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
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
/// Bounded to mostVoters a family, of which the oldest goes for a new one. Any thread. Counts are kept as
/// votes come and go: asking for the majority costs as much as there are different answers, not voters.
class AddressVotes
{
public:
    static constexpr Duration validity = std::chrono::minutes(5);
    static constexpr std::size_t mostVoters = 1024;

    explicit AddressVotes(std::uint64_t seed) : _hash(~seed), _polls{{Poll(seed), Poll(seed)}} {}

    /// A node at `voter` said that it sees this one at `seen`. To say the same again within a second costs no
    /// lock and changes nothing.
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
        node::IpAddress ballot; ///< of whom
        node::IpAddress seen;
        MonotonicTime at;
    };
    using ByAge = std::list<Vote>; ///< oldest first

    /// The votes of one family.
    struct Poll
    {
        explicit Poll(std::uint64_t seed)
            : byBallot(16, TableHash{KeyedHash(seed)}), hostsThatSee(16, TableHash{KeyedHash(seed)})
        {
        }

        void cast(const Vote& vote);
        void forgetBefore(MonotonicTime time);
        void dropOldest();
        void uncount(const node::IpAddress& seen);

        ByAge byAge;
        std::unordered_map<node::IpAddress, ByAge::iterator, TableHash> byBallot;
        std::unordered_map<node::IpAddress, std::size_t, TableHash> hostsThatSee; ///< none of them 0
    };

    /// What stands in the slot of a voter that cast this vote in this second.
    std::uint64_t tagOf(std::uint64_t voter, const node::IpAddress& seen, MonotonicTime now) const noexcept;

    static constexpr std::size_t slots = 1024;

    KeyedHash _hash;
    std::array<std::atomic<std::uint64_t>, slots> _lately{}; ///< the last vote of a voter
    std::mutex _mutex;
    std::array<Poll, 2> _polls; ///< by family
};

} // namespace waymark::discv4::engine
