#pragma once

#include "engine/Access.h"
#include "engine/AddressVotes.h"
#include "engine/AnswerSender.h"
#include "engine/Contacts.h"
#include "engine/EndpointProofs.h"
#include "engine/Environment.h"
#include "engine/ForkFilter.h"
#include "engine/Lookups.h"
#include "engine/Neighborhood.h"
#include "engine/PacketMetrics.h"
#include "engine/PendingPings.h"
#include "engine/RateLimiter.h"
#include "engine/RecentHashes.h"
#include "engine/RecordRequests.h"
#include "engine/RegisteredPeers.h"
#include "engine/Seeds.h"
#include "engine/Sender.h"
#include "engine/Table.h"
#include "wire/Drop.h"
#include "wire/Message.h"

#include <waymark/base/Subscription.h>
#include <waymark/discovery/Discovery.h>
#include <waymark/node/NodeStore.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

namespace waymark::discv4::engine
{

/// A packet whose hash, signature, data and expiration are good.
struct VerifiedPacket
{
    node::PublicKey sender;
    node::Hash256 senderId{}; ///< keccak256 of the key
    node::Hash256 hash{};
    const wire::Message& message;
    node::Endpoint remote; ///< where the datagram came from
    node::IpAddress local; ///< the address that it was sent to; answers leave from it
    unsigned worker;       ///< which of the socket's workers received it
    MonotonicTime now;     ///< when it is handled
    std::uint64_t second;  ///< the same in seconds since 1970
};

/// discv4 without sockets and threads: verified packets and time in, packets out. It reads the time from the
/// clock of its environment; tick() is called every tickInterval.
///
/// handle() is called by several workers at once, everything else by any thread; state is shared under short
/// locks (see the parts). What goes out leaves through the sink of the call, which must not call back into
/// the engine.
class Engine final : private LookupPorts
{
public:
    Engine(const Environment& environment, const Parameters& parameters);
    ~Engine() override;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Takes over who is registered and follows the changes, until stop().
    void start();
    void stop();

    /// Why this is not acted on whoever signed it: an answer that nobody waits for, or a question from an
    /// address that nobody has proven. To be asked before the elliptic curve; handle() says the same of it.
    std::optional<wire::Drop> refuseFromAnyone(const wire::Message& message, const node::IpAddress& from,
                                               MonotonicTime now) const;

    /// Acts on a packet; the reason when it does not.
    std::optional<wire::Drop> handle(const VerifiedPacket& packet, net::DatagramSink& sink);

    /// Answers a ping of this node to itself and keeps nothing of it, neither proof nor count.
    void answerOwn(const VerifiedPacket& packet, net::DatagramSink& sink);

    /// Time-outs, pings, lookups that are due.
    void tick(net::DatagramSink& sink);
    /// Until then tick() does nothing, unless a packet is handled or another function is called meanwhile.
    MonotonicTime nextDue() const;

    /// True for endpoints of proven nodes, registered peers and bootnodes: what strangers cost is not charged
    /// to them.
    bool isKnown(const node::Endpoint& endpoint) const;

    /// Whether this node talks to an address at all. It sends nothing to others; handle() is not asked to act
    /// on what comes from them.
    bool permits(const node::IpAddress& ip) const { return _access.permits(ip); }
    /// Nodes of the table that are not permitted any more leave it.
    void setAccess(AccessRules rules);

    /// Nodes that say in their record that they are of another chain stay out of the table from now on, and
    /// leave it. Registered peers are not asked.
    void setForkFilter(const ForkFilter& filter);

    void setBootnodes(const std::vector<wire::Neighbor>& bootnodes);
    /// Whether a bootnode answered, and did not fall silent since.
    bool isBootnodeReached(const node::Hash256& id) const { return _contacts.isReached(id); }
    /// Which registered peers are told of from now on.
    void setAdvertise(Advertise advertise);
    void setLookupInterval(Duration interval);
    void setAnswerRate(Rate rate) { _answers.setRate(rate); }
    void setQuestionRate(Rate rate) { _questions.setRate(rate); }

    /// Nodes of an earlier run: asked once, and believed only when they answer. Those that are too old are
    /// left out, and of many a random few are taken.
    void remember(const std::vector<node::StoredNode>& nodes);
    /// What the next run may start from: see Seeds.
    std::vector<node::StoredNode> memory();

    // As in discovery::Discovery.
    std::vector<discovery::DiscoveredNode> nodes() const;
    std::size_t nodeCount() const;
    void lookup(const node::PublicKey& target, discovery::Discovery::LookupCompletion completion);
    std::optional<discovery::PeerLiveness> liveness(const node::PeerId& id) const;
    Signal<discovery::NodeEvent>& events() noexcept { return _events; }

    const Table& table() const noexcept { return _table; }
    const RegisteredPeers& registered() const noexcept { return _registered; }
    const EndpointProofs& proofs() const noexcept { return _proofs; }
    const PendingPings& pings() const noexcept { return _pings; }
    const PacketMetrics& metrics() const noexcept { return _metrics; }

private:
    using Dropped = std::optional<wire::Drop>;

    Dropped on(const wire::Ping& ping, const VerifiedPacket& packet, net::DatagramSink& sink);
    Dropped on(const wire::Pong& pong, const VerifiedPacket& packet, net::DatagramSink& sink);
    Dropped on(const wire::FindNode& question, const VerifiedPacket& packet, net::DatagramSink& sink);
    Dropped on(const wire::Neighbors& answer, const VerifiedPacket& packet, net::DatagramSink& sink);
    Dropped on(const wire::EnrRequest& request, const VerifiedPacket& packet, net::DatagramSink& sink);
    Dropped on(const wire::EnrResponse& response, const VerifiedPacket& packet, net::DatagramSink& sink);

    /// Whether a question may be answered; renews the proof when its time has come.
    bool mayAsk(const VerifiedPacket& packet, net::DatagramSink& sink);
    /// Whether a node that may ask has budget left for this question.
    bool isWithinQuestions(const VerifiedPacket& packet) noexcept;
    PendingPings::Reserved sendPing(const node::Hash256& id, PendingPings::Ping ping,
                                    const node::IpAddress& from, net::DatagramSink& sink);
    struct PingBack
    {
        std::optional<std::uint16_t> tcp;    ///< the node's TCP port, where it said
        std::optional<std::uint64_t> enrSeq; ///< of its record, where it said
        bool answersPing = false;
        PendingPings::Account account = PendingPings::Account::strangers;
    };
    void pingBack(const VerifiedPacket& packet, const PingBack& why, net::DatagramSink& sink);
    bool bondedWith(const VerifiedPacket& packet, const PendingPings::Ping& ping,
                    std::optional<std::uint64_t> announcedSeq, MonotonicTime now);
    /// A stranger is what its record says it is only when that was read.
    bool isToBeRead(const node::Hash256& id, std::optional<std::uint64_t> announcedSeq) const;
    void enter(const TableNode& node);
    void fetchRecord(const VerifiedPacket& packet, std::optional<std::uint64_t> seq, std::uint16_t tcp,
                     net::DatagramSink& sink);
    /// Seq of the newest record of a node that is in the table or registered.
    std::optional<std::uint64_t> recordSeq(const node::Hash256& id) const;
    /// A registered peer's record was read: it is asked whether it is where that says.
    void follow(const node::Enr& record, const VerifiedPacket& packet);
    bool isOfAnotherChain(const node::Enr& record) const;
    bool isAcceptable(const wire::Neighbor& told, const node::IpAddress& teller) const;
    void proceed(MonotonicTime now, net::DatagramSink& sink);

    void pingRegistered(const RegisteredPeers::Due& peer, MonotonicTime now, net::DatagramSink& sink);
    /// Nothing where this address is not to be asked at all.
    std::optional<PendingPings::Reserved> pingOwn(const node::Hash256& id, const node::NodeEndpoint& endpoint,
                                                  net::DatagramSink& sink);
    void expirePings(MonotonicTime now);
    void revalidate(MonotonicTime now, net::DatagramSink& sink);
    void walk(MonotonicTime now);
    void refresh(MonotonicTime now);
    /// Tells the local node where others see it.
    void tally(MonotonicTime now);
    void search(const node::PublicKey& target, const Lookups::Extent& extent, Lookups::Completion completion);
    /// A peer as the registry showed it at that revision.
    struct Listed
    {
        const registry::Peer& peer;
        registry::Revision at;
    };
    void synchronise(const node::PeerId& id, const std::optional<Listed>& listed = std::nullopt);
    void synchroniseAll();
    void tell(const Table::Effect& effect);
    void tell(RegisteredPeers::Change change, const node::Hash256& id);
    std::optional<discovery::DiscoveredNode> registeredNode(const node::Hash256& id) const;
    node::PublicKey randomTarget();

    bool isBonded(const LookupNode& node) override;
    bool isProven(const LookupNode& node) override;
    bool hasProvenSince(const LookupNode& node, MonotonicTime since) override;
    void bond(const LookupNode& node, net::DatagramSink& sink) override;
    bool ask(const LookupNode& node, const node::PublicKey& target, net::DatagramSink& sink) override;
    void unanswered(const LookupNode& node) override;

    Environment _environment;
    Access _access;
    Parameters _parameters;
    PacketMetrics _metrics;
    Sender _sender;
    AnswerSender _answerSender;
    EndpointProofs _proofs;
    PendingPings _pings;
    RecordRequests _records;
    RegisteredPeers _registered;
    Table _table;
    Neighborhood _neighborhood;
    mutable std::shared_mutex _filterMutex;
    ForkFilter _filter;
    std::atomic<bool> _hasFilter{false}; ///< whether it is active
    Contacts _contacts;
    Seeds _seeds;
    Lookups _lookups;
    RateLimiter _answers;
    RateLimiter _questions;
    RecentHashes _answered;
    AddressVotes _seenAt;
    Signal<discovery::NodeEvent> _events;
    std::vector<Subscription> _gauges;

    std::mutex _registryMutex; ///< one change of who is registered at a time
    Subscription _registryChanges;

    mutable std::mutex _tickMutex; ///< the next times of what tick() does
    Duration _lookupInterval;
    MonotonicTime _nextWalk;
    MonotonicTime _nextRefresh;
    MonotonicTime _nextRevalidation;
    MonotonicTime _nextSweep;
    MonotonicTime _nextTally;
};

} // namespace waymark::discv4::engine
