#pragma once

#include "engine/CountingFilter.h"
#include "engine/KeyedHash.h"
#include "engine/Parameters.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace waymark::discv4::engine
{

/// The pings that wait for a PONG, keyed by node and endpoint.
///
/// At most one ping is under way to an endpoint of a node, and an entry stays until the second in which it
/// was sent is over: so pings to one endpoint are at least a second's change apart, which keeps their bytes
/// different, and repeated packets from an address cause no repeated pings. What strangers cause is bounded
/// by Parameters::maximumPendingPings, and so, apart from it, is what known nodes cause: strangers never keep
/// those from being asked. What this node starts itself is bounded by those who start it.
///
/// Sharded by node id under short locks; any thread.
class PendingPings
{
public:
    /// A node that spoke from more endpoints of one address than this at a time is not pinged back at more:
    /// others can replay its packets. Pings of this node's own do not count the replays.
    static constexpr std::size_t endpointsPerAddress = 4;

    /// Whose budget a ping is charged to.
    enum class Account
    {
        strangers,
        known, ///< registered peers, and nodes that proved this address before
        own    ///< started by this node: its time-out matters to somebody
    };

    struct Ping
    {
        node::Endpoint to;
        std::optional<std::uint16_t> tcp; ///< its TCP port: by its own word when answersPing, else by others'
        std::optional<std::uint64_t> enrSeq; ///< of the record that the node announced when it pinged us
        bool answersPing = false;            ///< sent because the node had pinged us
        Account account = Account::strangers;
        bool answered = false;             ///< kept only to space pings out
        std::optional<node::Hash256> hash; ///< of the packet; nothing answers the ping until it is known
        MonotonicTime sentAt;
        std::uint64_t second = 0; ///< the clock's second when it was sent
    };

    enum class Reserved
    {
        send,    ///< send it, then call sent()
        pending, ///< one is under way already
        early,   ///< one was answered in this second: the next would have the same bytes
        full     ///< the account has no room
    };

    PendingPings(const Parameters& parameters, std::uint64_t seed);

    Reserved reserve(const node::Hash256& id, const Ping& ping);
    void sent(const node::Hash256& id, const node::Endpoint& to, const node::Hash256& hash);

    /// False: no pending ping has that hash, so that no PONG with it is worth a look at who signed it. Takes
    /// no lock.
    bool mayAwait(const node::Hash256& pingHash) const noexcept { return _hashes.mayContain(pingHash); }
    /// The pending ping that a PONG answers: same node, same IP, same hash, in time. At most once for each.
    std::optional<Ping> match(const NodeAddress& from, const node::Hash256& pingHash, MonotonicTime now);

    struct TimedOut
    {
        node::Hash256 id;
        node::Endpoint to;
    };
    /// Forgets what is over and returns own pings that nobody answered.
    std::vector<TimedOut> expire(MonotonicTime now, WallTime wall);
    /// Until then expire() finds nothing, unless a ping is sent meanwhile.
    MonotonicTime nextDue() const noexcept { return MonotonicTime(Duration(_nothingBefore.load())); }

    std::size_t size() const noexcept { return _size.load(std::memory_order_relaxed); }

private:
    using Pings = std::vector<Ping>;
    struct Shard
    {
        explicit Shard(TableHash hash) : pings(16, hash) {}

        std::mutex mutex;
        std::unordered_map<NodeAddress, Pings, TableHash> pings;
    };

    Shard& shardOf(const node::Hash256& id) const noexcept;
    bool charge(Account account) noexcept;
    void release(Account account) noexcept;
    void forget(const Ping& ping) noexcept;
    void lookAt(MonotonicTime time) noexcept;
    bool isOver(const Ping& ping, MonotonicTime now, std::uint64_t second) const noexcept;

    Parameters _parameters;
    KeyedHash _hash;
    std::vector<std::unique_ptr<Shard>> _shards;
    CountingFilter _hashes; ///< of the pings that were sent
    std::atomic<std::size_t> _size{0};
    /// Before that time no ping times out or is over, so that expire() need not look.
    std::atomic<MonotonicTime::rep> _nothingBefore{std::numeric_limits<MonotonicTime::rep>::max()};
    std::array<std::atomic<std::size_t>, 3> _accounts{};
};

} // namespace waymark::discv4::engine
