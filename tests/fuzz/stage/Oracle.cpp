#include "stage/Oracle.h"

#include "Fuzzing.h"

#include <algorithm>

namespace waymark::fuzz
{

using namespace discv4::wire;
using node::IpScope;

namespace
{

std::size_t count(const std::vector<Packet>& packets, PacketType type)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(packets, [&](const Packet& packet) { return packet.type() == type; }));
}

/// Written anew from the specification rather than taken from the engine.
bool canBeAnswered(const node::Endpoint& endpoint)
{
    const Byte first = endpoint.ip.bytes().front();
    return endpoint.port != 0 && !endpoint.ip.isUnspecified() &&
           !(endpoint.ip.isV4() ? first >= 224 : first == 0xff);
}

bool mayHearOf(const node::IpAddress& asker, const node::IpAddress& told)
{
    if (asker.family() != told.family())
        return false;
    const bool isLocal = asker.scope() == IpScope::lan || asker.scope() == IpScope::loopback;
    return told.scope() == IpScope::global || (told.scope() == IpScope::lan && isLocal) ||
           (told.scope() == IpScope::loopback && asker.scope() == IpScope::loopback);
}

} // namespace

Oracle::Oracle(const Clock& clock, const discv4::engine::Parameters& parameters, ByteView ownRecord,
               bool unlimited)
    : _clock(clock), _parameters(parameters), _ownRecord(ownRecord), _unlimited(unlimited)
{
}

void Oracle::enrolled(const node::PublicKey& peer, const node::NodeEndpoint& where)
{
    _registered[peer] = where;
    _changed[peer] = ++_step;
}

void Oracle::dismissed(const node::PublicKey& peer)
{
    if (_registered.erase(peer) > 0)
        _changed[peer] = ++_step;
}

bool Oracle::isProven(const Who& who) const
{
    const auto proof = _proofs.find(who);
    return proof != _proofs.end() && _clock.now() - proof->second.at < _parameters.proofValidity;
}

bool Oracle::isAddressProven(const node::IpAddress& ip) const
{
    return std::ranges::any_of(
        _proofs, [&](const auto& proof) { return proof.first.second == ip && isProven(proof.first); });
}

void Oracle::requireInOrder(const Packet& packet) const
{
    require(packet.bytes.size() <= maximumPacket, "no packet is longer than 1280 bytes");
    require(packet.sender == Cast::instance().own(), "the engine signs with its own key");
    require(canBeAnswered(packet.remote), "packets go to addresses of one host only");
}

void Oracle::received(const net::Datagram& datagram, const Packets& sent)
{
    ++_step;
    std::ranges::for_each(sent, [&](const Packet& packet) { requireInOrder(packet); });
    const auto packet = Packet::read(datagram, _clock.unixSeconds());
    if (!packet || packet->sender == Cast::instance().own() || !canBeAnswered(datagram.remote))
        return require(sent.empty(), "what is no valid packet of another node gets silence");
    std::visit([&](const auto& message) { on(message, *packet, sent); }, packet->message);
}

void Oracle::ticked(const Packets& sent)
{
    ++_step;
    _strangersPings = 0;
    for (const Packet& packet : sent) {
        requireInOrder(packet);
        require(packet.type() == PacketType::ping || packet.type() == PacketType::findNode,
                "by itself the engine pings and asks");
        require(packet.type() == PacketType::ping || isAddressProven(packet.remote.ip),
                "the engine asks those who proved where they are");
    }
    remember(sent, std::nullopt);
}

void Oracle::remember(const Packets& sent, const std::optional<node::PublicKey>& whom)
{
    const MonotonicTime now = _clock.now();
    std::erase_if(_pings, [&](const SentPing& ping) { return now - ping.at >= _parameters.requestTimeout; });
    std::erase_if(_questions,
                  [&](const auto& question) { return now - question.second > std::chrono::minutes(1); });
    for (const Packet& packet : sent) {
        if (packet.type() == PacketType::ping)
            _pings.push_back({packet.hash, packet.remote, now, whom});
        else if (packet.type() == PacketType::findNode)
            _questions.emplace_back(packet.remote, now);
    }
}

void Oracle::on(const Ping& ping, const Packet& packet, const Packets& sent)
{
    const Who who{packet.sender, packet.remote.ip};
    const std::size_t pings = count(sent, PacketType::ping);
    const std::size_t pongs = count(sent, PacketType::pong);
    const std::size_t requests = count(sent, PacketType::enrRequest);
    require(pings <= 1 && pongs <= 1 && requests <= 1, "a PING causes one PING and one PONG at most");
    require(sent.size() == pings + pongs + requests, "a PING causes nothing else");
    require(requests == 0 || (isProven(who) && ping.enrSeq),
            "a record is asked for when a proven node announces it");
    require(!_unlimited || pongs == 1, "each valid PING gets a PONG");
    for (const Packet& answer : sent) {
        require(answer.remote == packet.remote && answer.local == packet.local,
                "what a PING causes goes back the way it came");
        if (answer.type() == PacketType::pong)
            requirePongFor(packet, answer);
    }
    require(pings == 0 || pongs == 0 || sent.front().type() == PacketType::ping,
            "the PING goes before the PONG");
    boundPingBacks(packet, sent);
    remember(sent, packet.sender);
}

void Oracle::requirePongFor(const Packet& ping, const Packet& pong)
{
    const auto& answer = std::get<Pong>(pong.message);
    require(answer.pingHash == ping.hash, "a PONG has the hash of its PING");
    require(answer.to.udpEndpoint() == ping.remote, "a PONG says where its PING came from");
    const auto latest = std::pair(ping.hash, pong.hash);
    require(_lastPong != latest, "a PING that comes again gets another PONG");
    _lastPong = latest;
}

void Oracle::boundPingBacks(const Packet& ping, const Packets& sent)
{
    const auto peer = _registered.find(ping.sender);
    const bool isRegistered = peer != _registered.end() && peer->second.ip == ping.remote.ip;
    if (count(sent, PacketType::ping) == 0 || isRegistered || wasProven({ping.sender, ping.remote.ip}))
        return;
    require(++_strangersPings <= _parameters.maximumPendingPings, "pings that strangers cause are bounded");
}

void Oracle::on(const Pong& pong, const Packet& packet, const Packets& sent)
{
    const MonotonicTime now = _clock.now();
    _strangersPings = 0;
    bool isExpected = false;
    for (const SentPing& ping : _pings) {
        if (ping.hash != pong.pingHash || ping.to.ip != packet.remote.ip ||
            (ping.whom && ping.whom != packet.sender) || now - ping.at >= _parameters.requestTimeout)
            continue;
        isExpected = true;
        Proof& proof = _proofs[{packet.sender, packet.remote.ip}];
        proof.places[ping.to] = _step;
        proof.at = now;
        proof.told.clear();
    }
    require(isExpected || sent.empty(), "a PONG that nobody waits for causes nothing");
    for (const Packet& next : sent)
        require(next.type() != PacketType::pong && next.type() != PacketType::neighbors &&
                    next.type() != PacketType::enrResponse,
                "a PONG is no question");
    remember(sent, std::nullopt);
}

bool Oracle::mayAnswer(const Packet& question, const Packets& sent) const
{
    const Who who{question.sender, question.remote.ip};
    require(wasProven(who) || sent.empty(), "a question without endpoint proof gets silence");
    for (const Packet& packet : sent)
        require(packet.remote == question.remote && packet.local == question.local,
                "what a question causes goes back the way it came");
    const std::size_t pings = count(sent, PacketType::ping);
    require(pings <= 1, "a question renews a proof once");
    require(isProven(who) || sent.size() == pings, "a proof that ran out answers no question");
    return sent.size() > pings;
}

void Oracle::on(const FindNode&, const Packet& packet, const Packets& sent)
{
    if (mayAnswer(packet, sent))
        requireAnswer(packet, sent);
    remember(sent, packet.sender);
}

void Oracle::requireAnswer(const Packet& question, const Packets& sent)
{
    const std::size_t packets = count(sent, PacketType::neighbors);
    require(packets + count(sent, PacketType::ping) == sent.size() && packets <= 2,
            "an answer has one or two NEIGHBORS packets");
    std::set<node::PublicKey> told;
    Proof& proof = _proofs.at({question.sender, question.remote.ip});
    for (const Packet& packet : sent) {
        const auto* const answer = std::get_if<Neighbors>(&packet.message);
        if (answer == nullptr)
            continue;
        require(proof.told.insert(packet.hash).second, "no NEIGHBORS packet is sent to a node twice");
        for (const Neighbor& node : answer->nodes()) {
            require(told.insert(node.key).second, "nobody is told twice in one answer");
            requireTellable(question, node);
        }
    }
    requireComplete(question, told);
}

void Oracle::requireTellable(const Packet& question, const Neighbor& told) const
{
    require(told.key != question.sender, "nobody is told of himself");
    require(told.key != Cast::instance().own(), "the engine does not tell of itself");
    require(told.endpoint.udp != 0 && mayHearOf(question.remote.ip, told.endpoint.ip),
            "nobody is told of what he cannot reach");
    requireKnown(told.key, told.endpoint.udpEndpoint());
}

void Oracle::requireKnown(const node::PublicKey& node, const node::Endpoint& where) const
{
    const auto peer = _registered.find(node);
    if (peer != _registered.end() && peer->second.udpEndpoint() == where)
        return;
    const auto proof = _proofs.find({node, where.ip});
    require(proof != _proofs.end() && proof->second.places.contains(where),
            "a node is told of only where it is registered or proved to be");
    if (peer != _registered.end())
        return;
    const auto changed = _changed.find(node);
    require(changed == _changed.end() || proof->second.places.at(where) > changed->second,
            "a peer that was removed is not told of until it proves itself as a stranger");
}

void Oracle::requireComplete(const Packet& question, const std::set<node::PublicKey>& told) const
{
    // There are fewer nodes than an answer has room for.
    for (const auto& [peer, where] : _registered) {
        const bool isDue = peer != question.sender && where.udp != 0 && canBeAnswered(where.udpEndpoint()) &&
                           mayHearOf(question.remote.ip, where.ip);
        require(!isDue || told.contains(peer), "each registered peer is told of");
    }
}

void Oracle::on(const Neighbors&, const Packet& packet, const Packets& sent)
{
    _strangersPings = 0;
    const bool wasAsked = std::ranges::any_of(
        _questions, [&](const auto& question) { return question.first.ip == packet.remote.ip; });
    require(wasAsked || sent.empty(), "NEIGHBORS that nobody asked for cause nothing");
    for (const Packet& next : sent)
        require(next.type() == PacketType::ping || next.type() == PacketType::findNode,
                "a lookup pings and asks");
    remember(sent, std::nullopt);
}

void Oracle::on(const EnrRequest&, const Packet& packet, const Packets& sent)
{
    if (mayAnswer(packet, sent)) {
        require(count(sent, PacketType::enrResponse) == 1, "an ENRRequest gets one answer");
        const auto& answer = std::get<EnrResponse>(sent.back().message);
        require(answer.requestHash == packet.hash, "an ENRResponse has the hash of its request");
        require(std::ranges::equal(answer.record, _ownRecord), "an ENRResponse has the engine's own record");
    }
    remember(sent, packet.sender);
}

void Oracle::on(const EnrResponse&, const Packet&, const Packets& sent)
{
    require(sent.empty(), "an ENRResponse causes nothing");
}

} // namespace waymark::fuzz
