#pragma once

#include "engine/CountingFilter.h"
#include "engine/KeyedHash.h"
#include "engine/Parameters.h"
#include "engine/TrackedPeer.h"
#include "engine/registered/EndpointCounts.h"
#include "engine/registered/PackedPeers.h"
#include "engine/registered/ShortId.h"
#include "engine/registered/Turn.h"

#include <waymark/discovery/Discovery.h>
#include <waymark/registry/PeerIndex.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <span>
#include <vector>

namespace waymark::discv4::engine
{

/// What this process knows of the registered peers' being there: each is pinged when it is registered, again
/// with growing pauses while it does not answer, and at intervals once it does. The registry says who they
/// are; nothing is written to it.
///
/// A peer may have an endpoint in each address family, and each is pinged by itself. One that proves to be
/// elsewhere is asked again where it is registered, and told of at the new place once it does not answer at
/// the old one; see TrackedPeer.
///
/// There may be millions, so they are packed: some 60 bytes for one with an IPv4 endpoint, 24 more when it
/// answers. Sharded by node id under short locks; any thread.
class RegisteredPeers
{
public:
    /// This many unanswered pings in a row make a peer unresponsive. It is pinged on.
    static constexpr unsigned failuresAllowed = 3;

    RegisteredPeers(const Parameters& parameters, std::uint64_t seed);

    struct Place
    {
        node::NodeEndpoint endpoint;
        bool isReachable = true; ///< this node has an address of that family
    };
    struct Registration
    {
        const node::PublicKey& key;
        const node::Hash256& id;
        std::span<const Place> places; ///< at most one of a family
        std::uint64_t recordSeq = 0;   ///< of the record that it is registered with; 0: none
    };
    struct Departed
    {
        node::NodeEndpoint endpoint; ///< the first one that is reachable
        discovery::PeerLiveness liveness;
    };
    /// A peer is registered like this now. A new endpoint is pending and due at once. What was known of a
    /// peer that was live until now.
    std::optional<Departed> put(const Registration& registration, MonotonicTime now);
    /// What was known of it; nothing when it was not here.
    std::optional<Departed> remove(const node::Hash256& id);

    bool contains(const node::Hash256& id) const;
    /// What a packet of a node may be worth, as far as it is registered.
    struct Standing
    {
        bool isRegistered = false;
        bool isAtAddress = false;    ///< it is registered at the packet's address, or was seen there
        bool isAtEndpoint = false;   ///< the same, to the port
        std::uint64_t recordSeq = 0; ///< as recordSeq()
    };
    Standing standing(const node::Hash256& id, const node::Endpoint& endpoint) const;
    /// Whether a registered peer is expected at exactly this endpoint.
    bool knows(const node::Endpoint& endpoint) const;

    struct Due
    {
        registered::ShortId id;
        node::NodeEndpoint endpoint;
    };
    /// At most `limit` endpoints whose time has come; each counts as asked and is due again later.
    std::vector<Due> due(MonotonicTime now, std::size_t limit);

    /// What became of a peer by an answer or the want of one.
    enum class Change : std::uint8_t
    {
        none,
        found, ///< it is live now
        lost   ///< it was live until now
    };
    struct Answer
    {
        const node::PublicKey& key;
        const node::Hash256& id;
        const node::Endpoint& asked;      ///< where the ping was sent to, and answered from
        std::optional<std::uint16_t> tcp; ///< by the peer's own word
        Duration roundTrip{};
        WallTime wall;
    };
    /// A PONG matched a ping.
    Change pong(const Answer& answer, MonotonicTime now);
    /// A registered peer says that it is there; it is asked, unless it is known to be somewhere already.
    void expect(const node::PublicKey& key, const node::Hash256& id, const node::NodeEndpoint& endpoint,
                MonotonicTime now);
    /// The ping that was due there could not leave: it is due again then.
    void postpone(const node::Hash256& id, const node::Endpoint& to, MonotonicTime due);
    /// A ping went unanswered.
    Change failed(const node::Hash256& id, const node::Endpoint& to, MonotonicTime now);

    /// Of the newest record of a registered peer; 0 when none is known, nothing when it is not registered.
    std::optional<std::uint64_t> recordSeq(const node::Hash256& id) const;
    void setRecordSeq(const node::Hash256& id, std::uint64_t seq);

    std::optional<discovery::PeerLiveness> liveness(const node::Hash256& id) const;
    bool isUnresponsive(const node::Hash256& id) const;
    std::vector<registered::ShortId> live() const;
    /// How many are in a state.
    std::size_t count(discovery::Liveness state) const noexcept;
    std::size_t size() const noexcept;

    /// From now on toldOtherwise() has, besides those that moved, all that are live when only such are
    /// advertised. A peer gets there with the next put(), pong() or failed().
    void setAdvertise(Advertise advertise) noexcept { _advertise.store(advertise); }
    /// The peers that are told otherwise than registered.
    const registry::PeerIndex& toldOtherwise() const noexcept { return _told; }

private:
    using Number = registered::PackedPeers::Number;
    struct Shard
    {
        explicit Shard(KeyedHash hash) : peers(hash) {}

        mutable std::mutex mutex;
        registered::PackedPeers peers;
        /// Those that are not their endpoint's turn any more are passed over.
        std::priority_queue<registered::Turn, std::deque<registered::Turn>, std::greater<>> turns;
    };
    struct Expected
    {
        mutable std::mutex mutex;
        registered::EndpointCounts endpoints;
    };

    Shard& shardOf(const node::Hash256& id) const noexcept;
    static void schedule(Shard& shard, Number peer, Spot& spot, SpotKind kind, MonotonicTime due);
    /// An endpoint whose turn it is, unless it is not any more.
    void take(Shard& shard, const registered::Turn& turn, MonotonicTime now, std::vector<Due>& ready) const;
    /// Takes an endpoint of a family over, or away; true when another one was there.
    bool place(Shard& shard, Number peer, std::optional<Spot>& spot, const std::optional<Place>& wanted,
               MonotonicTime now);
    /// A peer answered where it is not registered. It is unpacked.
    Spot& see(TrackedPeer& peer, const Answer& answer);
    void forget(std::optional<Spot>& seen);
    static Departed departedOf(const TrackedPeer& peer);
    static void makeElsewhere(TrackedPeer& peer, const node::PublicKey& key);
    /// Makes the state that of the endpoints.
    Change judge(const node::Hash256& id, TrackedPeer& peer) noexcept;
    /// Brings a peer into the index, or out of it, as it is to be told.
    void publish(const node::Hash256& id, TrackedPeer& peer, const std::optional<node::PublicKey>& key);
    /// Known of those that moved and of those that are in the index.
    std::optional<node::PublicKey> keyOf(const node::Hash256& id, const TrackedPeer& peer) const;
    void countState(const node::Hash256& id, discovery::Liveness state, int change) noexcept;
    Expected& expectedAt(std::uint64_t endpointHash) const noexcept;
    void watch(const node::Endpoint& endpoint);
    void unwatch(const node::Endpoint& endpoint) noexcept;

    Parameters _parameters;
    std::atomic<Advertise> _advertise;
    registry::PeerIndex _told;
    KeyedHash _hash;
    CountingFilter _ids;          ///< of all
    CountingFilter _unresponsive; ///< ids of those that are
    CountingFilter _expected;     ///< hashes of the endpoints below
    std::vector<std::unique_ptr<Shard>> _shards;
    std::atomic<std::size_t> _nextShard{0};
    std::array<std::atomic<std::size_t>, 3> _counts{};

    std::vector<std::unique_ptr<Expected>> _endpoints; ///< by their hashes
};

} // namespace waymark::discv4::engine
