#pragma once

#include "engine/CountingFilter.h"
#include "engine/KeyedHash.h"
#include "engine/Parameters.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace waymark::discv4::engine
{

/// Which node proved that it is at which address, apart from the table: a full bucket makes nobody mute.
///
/// Bounded twice. When one /24 or /64 has its share, never over a quarter of all, further strangers of it are
/// refused, so that nobody pushes out others with ids that cost nothing; registered peers and local addresses
/// have no such share. When all room is taken, one proof goes for a new one, and its node is pinged when it
/// next speaks: one that ran out, whoever's it is, else the oldest stranger's in the same shard, else the
/// oldest there is. Proofs that ran out make room in either case.
///
/// Sharded by address prefix under short locks; any thread.
class EndpointProofs
{
public:
    static constexpr std::size_t requestsRemembered = 16;

    EndpointProofs(const Parameters& parameters, std::uint64_t seed);

    enum class State
    {
        none,
        expired, ///< was proven, and may be asked again when it speaks
        aging,   ///< proven, but due for renewal: it is old, or the node was away
        proven
    };
    State state(const NodeAddress& who, MonotonicTime now) const;
    bool isProven(const NodeAddress& who, MonotonicTime now) const { return state(who, now) >= State::aging; }

    /// The state of a node that pings us and will get its PONG: as state() and, where its proof holds,
    /// pinged().
    State pinging(const NodeAddress& who, MonotonicTime now);
    /// False: nobody has or had a proof of that address. Takes no lock.
    bool mayKnow(const node::IpAddress& ip) const noexcept { return _addresses.mayContain(ip); }

    /// Whether its proof holds, and is from that time or later.
    bool hasProvenSince(const NodeAddress& who, MonotonicTime since) const;

    /// Whether any proven node speaks from exactly this endpoint: such packets are not charged to strangers.
    bool knows(const node::Endpoint& endpoint) const;

    enum class Standing
    {
        stranger,
        registered
    };
    /// Records a PONG that matched. False: refused, the prefix has its share.
    /// `pinged`: the node pinged us as well, so that it has our proof.
    bool prove(const node::Hash256& id, const node::Endpoint& where, bool pinged, MonotonicTime now,
               Standing standing = Standing::stranger);

    /// The node is away. Its proof holds, but is renewed when it speaks again: that is how it comes back into
    /// the table.
    void doubt(const NodeAddress& who);

    /// The node pinged us and got its PONG.
    void pinged(const NodeAddress& who, MonotonicTime now);
    /// It has our proof no more, as far as can be told.
    void notPinged(const NodeAddress& who);
    /// Whether it did within `period`.
    bool pingedWithin(const NodeAddress& who, Duration period, MonotonicTime now) const;

    /// An expiration for a packet to a proven node: `earliest`, or one above that of the last such packet, so
    /// that no two packets to it are the same. `earliest` for a node without proof.
    std::uint64_t expirationFor(const NodeAddress& who, std::uint64_t earliest);

    /// True the first time, false when the same ENRRequest comes from a node again: the last
    /// requestsRemembered of each are remembered.
    bool firstRequest(const NodeAddress& who, const node::Hash256& requestHash);

    /// Forgets what expired long ago.
    void sweep(MonotonicTime now);

    std::size_t size() const noexcept { return _size.load(std::memory_order_relaxed); }

private:
    struct Entry
    {
        node::Endpoint where;
        MonotonicTime provenAt;
        std::optional<MonotonicTime> pingedAt;
        std::uint64_t lastExpiration = 0;
        std::array<std::uint32_t, requestsRemembered> requests{}; ///< keyed hashes, zero: none
        std::size_t nextRequest = 0;
        Standing standing = Standing::stranger;
        bool doubted = false;
        std::list<NodeAddress>::iterator age;
    };
    struct Shard
    {
        explicit Shard(TableHash hash) : entries(16, hash), endpoints(16, hash), prefixes(16, hash) {}

        mutable std::mutex mutex;
        std::unordered_map<NodeAddress, Entry, TableHash> entries;
        std::unordered_map<node::Endpoint, unsigned, TableHash> endpoints;
        std::unordered_map<node::IpAddress, std::size_t, TableHash> prefixes;
        std::list<NodeAddress> oldestFirst;
    };

    Shard& shardOf(const node::IpAddress& ip) const noexcept;
    State stateOf(const Entry& entry, MonotonicTime now) const noexcept;
    Entry& insert(Shard& shard, const NodeAddress& who, const node::Endpoint& where);
    void erase(Shard& shard, const NodeAddress& who);
    static void letGo(Shard& shard, const node::Endpoint& endpoint);
    void renew(Shard& shard, Entry& entry, const node::Endpoint& where, MonotonicTime now);
    bool hasShare(Shard& shard, const node::IpAddress& ip, MonotonicTime now);
    void makeRoom(Shard& shard, MonotonicTime now);
    bool dropExpired(Shard& shard, MonotonicTime now);
    bool dropExpiredElsewhere(const Shard& own, MonotonicTime now);
    void dropOldest(Shard& shard);
    bool isExpired(const Shard& shard, const NodeAddress& who, MonotonicTime now) const;

    Parameters _parameters;
    KeyedHash _hash;
    std::vector<std::unique_ptr<Shard>> _shards;
    CountingFilter _addresses; ///< of all entries
    std::atomic<std::size_t> _size{0};
};

} // namespace waymark::discv4::engine
