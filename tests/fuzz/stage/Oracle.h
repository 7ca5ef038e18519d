#pragma once

#include "engine/Parameters.h"
#include "stage/Packet.h"

#include <waymark/base/Clock.h>

#include <map>
#include <set>
#include <utility>

namespace waymark::fuzz
{

/// Judges an engine by what goes in and out, from the rules of docs/discv4.md alone: it never asks the engine
/// what it believes. Whatever breaks a rule ends the program.
class Oracle
{
public:
    /// `unlimited`: no rate is limited, so each valid PING has to be answered.
    Oracle(const Clock& clock, const discv4::engine::Parameters& parameters, ByteView ownRecord,
           bool unlimited);

    void enrolled(const node::PublicKey& peer, const node::NodeEndpoint& where);
    void dismissed(const node::PublicKey& peer);

    /// A datagram came in, and this went out because of it.
    void received(const net::Datagram& datagram, const std::vector<Packet>& sent);
    /// A tick passed.
    void ticked(const std::vector<Packet>& sent);

    /// Whether others, or a client of GET /discovered, may be told that a node is at an endpoint.
    void requireKnown(const node::PublicKey& node, const node::Endpoint& where) const;

private:
    using Packets = std::vector<Packet>;
    using Who = std::pair<node::PublicKey, node::IpAddress>;

    struct SentPing
    {
        node::Hash256 hash{};
        node::Endpoint to;
        MonotonicTime at;
        std::optional<node::PublicKey> whom; ///< nothing when the engine began to speak
    };
    struct Proof
    {
        std::map<node::Endpoint, unsigned> places; ///< and the step at which each was proven last
        MonotonicTime at;
        std::set<node::Hash256> told; ///< NEIGHBORS and ENRResponses since
    };

    void on(const discv4::wire::Ping& ping, const Packet& packet, const Packets& sent);
    void on(const discv4::wire::Pong& pong, const Packet& packet, const Packets& sent);
    void on(const discv4::wire::FindNode& question, const Packet& packet, const Packets& sent);
    void on(const discv4::wire::Neighbors& answer, const Packet& packet, const Packets& sent);
    void on(const discv4::wire::EnrRequest& request, const Packet& packet, const Packets& sent);
    void on(const discv4::wire::EnrResponse& response, const Packet& packet, const Packets& sent);

    void requireInOrder(const Packet& packet) const;
    void requirePongFor(const Packet& ping, const Packet& pong);
    void requireAnswer(const Packet& question, const Packets& sent);
    void requireComplete(const Packet& question, const std::set<node::PublicKey>& told) const;
    void requireTellable(const Packet& question, const discv4::wire::Neighbor& told) const;
    /// A question without proof: silence, but for a PING to those whose proof ran out.
    bool mayAnswer(const Packet& question, const Packets& sent) const;
    void remember(const Packets& sent, const std::optional<node::PublicKey>& whom);
    void boundPingBacks(const Packet& ping, const Packets& sent);

    bool wasProven(const Who& who) const { return _proofs.contains(who); }
    bool isProven(const Who& who) const;
    bool isAddressProven(const node::IpAddress& ip) const;

    const Clock& _clock;
    discv4::engine::Parameters _parameters;
    ByteView _ownRecord;
    bool _unlimited;
    unsigned _step = 0;
    std::vector<SentPing> _pings;
    std::vector<std::pair<node::Endpoint, MonotonicTime>> _questions; ///< FINDNODEs of the engine
    /// Pings back to strangers since the engine could last take one of them over as its own.
    std::size_t _strangersPings = 0;
    std::map<Who, Proof> _proofs;
    std::map<node::PublicKey, node::NodeEndpoint> _registered;
    std::map<node::PublicKey, unsigned> _changed; ///< the step of the last change of who is registered
    std::pair<node::Hash256, node::Hash256>
        _lastPong{}; ///< hashes of the PING that came last and of its PONG
};

} // namespace waymark::fuzz
