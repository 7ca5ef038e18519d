#pragma once

#include "client/Answers.h"
#include "client/ClientPort.h"
#include "client/Failure.h"
#include "client/Request.h"
#include "wire/Encode.h"
#include "wire/Frame.h"
#include "wire/Message.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Key.h>
#include <waymark/toolkit/Interruption.h>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

namespace waymark::discv4::client
{

/// Asks discv4 nodes, many at a time, as a node with a key of its own that serves nobody: it answers PINGs,
/// and exchanges endpoint proofs before it asks, as the protocol wants it (devp2p, discv4.md, "Endpoint
/// Proof").
///
/// Requests are started, and end in completions that poll() calls, each exactly once. Completions may start
/// further requests. No packet is sent twice byte for byte. One thread.
class NodeClient
{
public:
    struct Options
    {
        /// A packet that asks is sent so many times when no answer comes: 1 means never again. PINGs that
        /// ping() sends are never sent again.
        unsigned tries = 1;
        /// How long a node is waited for that answered a PING, and may want to send one itself.
        Duration proofPatience = std::chrono::milliseconds(500);
        /// A proof of an endpoint holds so long.
        Duration proofValidity = std::chrono::hours(12);
        /// How many seconds its packets are good for. Two clients with one key that take the same within one
        /// second send the same bytes, which nodes take for a repetition and do not answer.
        std::uint64_t lifetime = 20;
    };

    /// A packet whose hash, signature and expiration are good.
    struct Incoming
    {
        const node::PublicKey& sender;
        const node::Endpoint& remote;
        const node::Hash256& hash;
        const wire::Message& message;
    };

    using PongDone = std::function<void(const Answer<PongAnswer>&)>;
    using NeighborsDone = std::function<void(const Answer<NeighborsAnswer>&)>;
    using RecordDone = std::function<void(const Answer<RecordAnswer>&)>;

    /// All of them outlive the client.
    NodeClient(const node::SecretKey& key, ClientPort& port, const Clock& clock, const Options& options);
    NodeClient(const node::SecretKey& key, ClientPort& port, const Clock& clock)
        : NodeClient(key, port, clock, Options())
    {
    }

    /// One PING, at once. The answer is a PONG of that node with the hash of this PING.
    void ping(const wire::Neighbor& node, Duration patience, PongDone done);

    /// FINDNODE, after the endpoint proofs. The NEIGHBORS are complete with 16 nodes, or when no further
    /// datagram came for a while. Questions to one node wait for each other: answers do not say to which they
    /// belong. `patience` is for each packet that asks.
    void findNode(const wire::Neighbor& node, const node::PublicKey& target, Duration patience,
                  NeighborsDone done);

    /// ENRRequest, after the endpoint proofs. The record is signed by the node, and answers this request.
    void requestRecord(const wire::Neighbor& node, Duration patience, RecordDone done);

    /// Requests that have not ended.
    std::size_t pending() const noexcept { return _requests.size(); }

    /// Forgets what has not ended; those completions are not called.
    void cancel() { _requests.clear(); }

    /// Sends, receives and calls completions, until something happened, `patience` is over, or the
    /// interruption (if any) was requested.
    void poll(Duration patience, const toolkit::Interruption* interruption = nullptr);

    /// poll() until no request is pending. False when it was interrupted first.
    bool run(const toolkit::Interruption* interruption = nullptr);

    /// Sees every packet before the client acts on it.
    void watch(std::function<void(const Incoming&)> watcher) { _watcher = std::move(watcher); }

    const node::PublicKey& key() const noexcept { return _public; }

private:
    /// A node at one address.
    using Place = std::pair<node::PublicKey, node::IpAddress>;
    struct PlaceHash
    {
        std::size_t operator()(const Place& place) const noexcept;
    };
    struct Peer
    {
        std::optional<MonotonicTime> proven; ///< when its PONG came
        std::optional<MonotonicTime> pinged; ///< when its PING came, or it had time enough to send one
        std::uint64_t lastExpiration = 0;
        Duration roundTrip{};
    };
    using Requests = std::map<std::uint64_t, Request>;

    void add(Request request);
    void begin(Request& request);
    void beginNext(const wire::Neighbor& node);
    bool isBonded(const Peer& peer) const;
    void bond(Request& request);
    void ask(Request& request);
    void send(Request& request, const wire::Encoder::Packet& packet);
    void repeatOrFail(Requests::iterator at);
    void expire();
    void expire(Requests::iterator at);
    Duration untilNextDeadline(Duration patience) const;
    /// It has ended: the next question to its node begins.
    Request take(Requests::iterator at);
    void fail(Requests::iterator at, Failure failure) { take(at).fail(std::move(failure)); }
    template <class Value>
    void succeed(Requests::iterator at, Value value)
    {
        take(at).succeed(std::move(value));
    }

    void handle(const ClientPort::Arrival& arrival);
    void reject(const ClientPort::Arrival& arrival);
    void on(const wire::Ping& ping, const Incoming& packet);
    void on(const wire::Pong& pong, const Incoming& packet);
    void on(const wire::FindNode& question, const Incoming& packet);
    void on(const wire::Neighbors& answer, const Incoming& packet);
    void on(const wire::EnrRequest& request, const Incoming& packet);
    void on(const wire::EnrResponse& response, const Incoming& packet);
    void noteExpired(const wire::Message& message, const node::PublicKey& sender);
    Requests::iterator findAsking(Request::Kind kind, const Incoming& packet);

    Peer& peerOf(const wire::Neighbor& node);
    std::uint64_t freshExpiration(Peer& peer) const;
    node::NodeEndpoint own(node::IpFamily family) const;

    const node::SecretKey& _key;
    node::PublicKey _public;
    ClientPort& _port;
    const Clock& _clock;
    Options _options;
    wire::Encoder _encoder;
    std::unordered_map<Place, Peer, PlaceHash> _peers;
    Requests _requests;
    std::uint64_t _nextId = 0;
    std::function<void(const Incoming&)> _watcher;
};

} // namespace waymark::discv4::client
