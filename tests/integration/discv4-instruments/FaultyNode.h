#pragma once

#include "wire/Encode.h"
#include "wire/Message.h"

#include <waymark/base/Worker.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <Poco/Net/DatagramSocket.h>

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace waymark::discv4::testing
{

/// What a node does wrong. Without any of these it keeps every rule.
struct Faults
{
    bool answersAnything = false; ///< whatever comes, with a PONG
    bool isDeafToPings = false;
    bool pingsNobodyBack = false;
    bool asksForNoProof = false;
    bool takesAnyPong = false; ///< as a proof of its sender
    bool takesPongsOfOthers = false;
    bool provesIdsEverywhere = false; ///< a proof holds at any address
    bool losesProofs = false;         ///< when its node pings from elsewhere
    bool believesFrom = false;        ///< answers PINGs where their content says
    bool ignoresExpiry = false;
    bool answersLate = false; ///< with what has expired
    bool repeatsPongs = false;
    bool padsPongs = false;
    bool wrongPingHash = false;
    bool wrongTo = false;
    bool answersFromElsewhere = false; ///< from another port
    bool knowsOneVersion = false;
    bool wantsExactLists = false;
    bool takesShortPacketsOnly = false;
    bool takesLongPackets = false;
    bool tellsTooMany = false;
    bool tellsTwice = false;
    bool tellsLongPackets = false;
    bool tellsSpecialAddresses = false;
    bool tellsNoPorts = false;
    bool tellsKeysOffTheCurve = false;
    bool hasNoRecords = false;
    bool wrongRequestHash = false;
    bool damagedRecord = false;
    bool recordOfAnother = false;
    bool oldRecord = false;
    bool answersPongs = false;
    bool believesNeighbors = false;   ///< and pings whom they tell of, unasked
    bool diesOfJunk = false;          ///< of a packet of unknown type
    bool signsWithAnotherKey = false; ///< NEIGHBORS and ENRRESPONSE
    bool believesTo = false;          ///< takes no PING whose `to` is somebody else
    bool knowsTheFirstOnly = false;   ///< answers no PING of others
    bool answersOnce = false;         ///< one PING of each node
};

/// A discv4 node on loopback that does one thing wrong, so that a probe can be seen to find it. It runs on a
/// thread of its own.
class FaultyNode
{
public:
    explicit FaultyNode(const Faults& faults);
    ~FaultyNode() { _thread.stop(); }
    FaultyNode(const FaultyNode&) = delete;
    FaultyNode& operator=(const FaultyNode&) = delete;

    wire::Neighbor where() const;

private:
    using Proof = std::pair<node::PublicKey, node::IpAddress>;

    void receive();
    void handle(Bytes datagram, const node::Endpoint& from);
    void handle(const wire::Message& message, const node::PublicKey& sender, const node::Hash256& hash,
                const node::Endpoint& from);
    void onPing(const wire::Ping& ping, const node::PublicKey& sender, const node::Hash256& hash,
                const node::Endpoint& from);
    void onPong(const wire::Pong& pong, const node::PublicKey& sender, const node::Endpoint& from);
    void onFindNode(const node::Endpoint& to);
    void onRequest(const node::Hash256& hash, const node::Endpoint& to);
    void sendPong(const node::Hash256& hash, const node::Endpoint& to);
    void ping(const node::PublicKey& who, const node::Endpoint& to);
    bool isProven(const node::PublicKey& who, const node::IpAddress& ip) const;
    std::vector<wire::Neighbor> known() const;
    Bytes sealed(Byte type, ByteView data) const;
    bool isWanted(ByteView datagram) const;
    std::uint64_t soon();
    void send(ByteView packet, const node::Endpoint& to);

    const Faults _faults;
    node::SecretKey _key;
    wire::Encoder _encoder;
    wire::Encoder _answerEncoder; ///< of NEIGHBORS and ENRRESPONSE
    Poco::Net::DatagramSocket _socket;
    Poco::Net::DatagramSocket _other;
    std::map<node::Hash256, Proof> _pings; ///< that were sent, and to whom
    std::set<Proof> _proofs;
    std::vector<node::PublicKey> _pingers; ///< in the order of their PINGs
    std::uint64_t _uses = 0;
    bool _dead = false;
    Worker _thread;
};

} // namespace waymark::discv4::testing
