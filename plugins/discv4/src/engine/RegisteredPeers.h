#pragma once

#include "engine/KeyedHash.h"
#include "engine/Parameters.h"

#include <waymark/discovery/Discovery.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <span>
#include <unordered_map>
#include <vector>

namespace waymark::discv4::engine
{

/// What this process knows of the registered peers' being there: each is pinged when it is registered, again
/// with growing pauses while it does not answer, and at intervals once it does. The registry says who they
/// are; nothing is written to it.
///
/// A peer may have an endpoint in each address family. Each is pinged by itself, and a peer is as alive as
/// the liveliest of those that this node can reach.
///
/// Sharded by node id under short locks; any thread.
class RegisteredPeers
{
public:
    /// This many unanswered pings in a row make a peer unresponsive. It is pinged on.
    static constexpr unsigned failuresAllowed = 3;

    RegisteredPeers(const Parameters& parameters, std::uint64_t seed);

    struct Place
    {
        node::NodeEndpoint endpoint;
        bool reachable = true; ///< this node has an address of that family
    };
    /// A peer is registered, at these endpoints now, at most one of a family. A new endpoint is pending and
    /// due at once.
    void put(const node::Hash256& id, std::span<const Place> places, MonotonicTime now);
    struct Departed
    {
        node::NodeEndpoint endpoint; ///< the first one that is reachable
        discovery::PeerLiveness liveness;
    };
    /// What was known of it; nothing when it was not here.
    std::optional<Departed> remove(const node::Hash256& id);

    bool contains(const node::Hash256& id) const;
    /// Whether it is registered at this address.
    bool isAt(const node::Hash256& id, const node::IpAddress& ip) const;
    /// Whether a registered peer is expected at exactly this endpoint.
    bool knows(const node::Endpoint& endpoint) const;

    struct Due
    {
        node::Hash256 id;
        node::NodeEndpoint endpoint;
    };
    /// At most `limit` endpoints whose time has come; each counts as asked and is due again later.
    std::vector<Due> due(MonotonicTime now, std::size_t limit);

    /// A PONG matched the ping that was sent to `asked`. Returns true when the peer has become live by it. An
    /// answer at any other endpoint than a registered one changes nothing.
    bool pong(const node::Hash256& id, const node::Endpoint& asked, Duration roundTrip, WallTime wall,
              MonotonicTime now);
    /// A ping went unanswered. Returns true when the peer was live until now.
    bool failed(const node::Hash256& id, const node::Endpoint& to, MonotonicTime now);

    std::optional<discovery::PeerLiveness> liveness(const node::Hash256& id) const;
    std::vector<node::Hash256> live() const;
    /// How many are in a state.
    std::size_t count(discovery::Liveness state) const noexcept;
    std::size_t size() const noexcept;

private:
    struct Spot
    {
        Place place;
        discovery::Liveness state = discovery::Liveness::pending;
        unsigned failures = 0;
        MonotonicTime due;
    };
    struct Tracked
    {
        std::array<std::optional<Spot>, 2> spots; ///< by family
        discovery::PeerLiveness liveness;

        Spot* at(const node::Endpoint& endpoint) noexcept;
        /// The state of the liveliest reachable endpoint.
        discovery::Liveness best() const noexcept;
    };
    struct Turn
    {
        MonotonicTime due;
        node::Hash256 id;
        node::IpFamily family;
        bool operator>(const Turn& other) const noexcept { return due > other.due; }
    };
    struct Shard
    {
        explicit Shard(TableHash hash) : peers(16, hash) {}

        mutable std::mutex mutex;
        std::unordered_map<node::Hash256, Tracked, TableHash> peers;
        /// Entries whose time is not that of the peer any more are passed over.
        std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
    };

    Shard& shardOf(const node::Hash256& id) const noexcept;
    static void schedule(Shard& shard, const node::Hash256& id, Spot& spot, MonotonicTime due);
    /// Takes an endpoint of a family over, or away; true when another one was there.
    bool place(Shard& shard, const node::Hash256& id, std::optional<Spot>& spot,
               const std::optional<Place>& wanted, MonotonicTime now);
    /// Makes the state that of the endpoints.
    void judge(Tracked& peer) noexcept;
    void countState(discovery::Liveness state, int change) noexcept;
    void watch(const node::Endpoint& endpoint);
    void unwatch(const node::Endpoint& endpoint);

    Parameters _parameters;
    KeyedHash _hash;
    std::vector<std::unique_ptr<Shard>> _shards;
    std::atomic<std::size_t> _nextShard{0};
    std::array<std::atomic<std::size_t>, 3> _counts{};

    mutable std::mutex _endpointMutex;
    std::unordered_map<std::uint64_t, unsigned> _endpoints; ///< keyed hashes, to be small
};

} // namespace waymark::discv4::engine
