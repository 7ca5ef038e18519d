#include "engine/Engine.h"
#include "engine/Reach.h"

#include <vector>

/// What each of the six packets leads to.
namespace waymark::discv4::engine
{

using wire::Drop;
using wire::PacketType;

namespace
{

/// A question that is the same to the last byte is answered this often again: expirations count seconds, so a
/// client that asks in quick succession repeats itself.
constexpr unsigned repeatsAnswered = 31;

PendingPings::Account accountOf(EndpointProofs::State state, bool isRegistered) noexcept
{
    return isRegistered || state != EndpointProofs::State::none ? PendingPings::Account::known
                                                                : PendingPings::Account::strangers;
}

} // namespace

std::optional<Drop> Engine::refuseFromAnyone(const wire::Message& message, const node::IpAddress& from,
                                             MonotonicTime now) const
{
    switch (wire::typeOf(message)) {
    case PacketType::ping:
        break;
    case PacketType::pong:
        if (!_pings.mayAwait(std::get<wire::Pong>(message).pingHash))
            return Drop::unsolicited;
        break;
    case PacketType::findNode:
    case PacketType::enrRequest:
        if (!_proofs.mayKnow(from))
            return Drop::unproven;
        break;
    case PacketType::neighbors:
        if (!_lookups.isAskingAt(from, now))
            return Drop::unsolicited;
        break;
    case PacketType::enrResponse:
        if (!_records.isAwaited(from, std::get<wire::EnrResponse>(message).requestHash))
            return Drop::unsolicited;
        break;
    }
    return std::nullopt;
}

std::optional<Drop> Engine::handle(const VerifiedPacket& packet, net::DatagramSink& sink)
{
    if (packet.sender == _environment.local.key())
        return Drop::ownKey;
    if (!isUsable(packet.remote))
        return Drop::notUsable;
    return std::visit([&](const auto& message) { return on(message, packet, sink); }, packet.message);
}

Engine::Dropped Engine::on(const wire::Ping& ping, const VerifiedPacket& packet, net::DatagramSink& sink)
{
    const NodeAddress who{packet.senderId, packet.remote.ip};
    const auto state = _proofs.pinging(who, packet.now);
    const bool isProven = state >= EndpointProofs::State::aging;
    // Who signed is known here, so nobody uses up the budget of others by forging their addresses.
    const auto standing = _registered.standing(packet.senderId, packet.remote);
    const bool isTrusted = isProven || standing.isAtAddress;
    if (!isTrusted && !_answers.allow(prefixOf(packet.remote.ip), packet.now))
        return Drop::budgetUsed;
    // The PING goes first: the JavaScript client asks as soon as the PONG is there, and would be unproven.
    // A proof is of an address; a registered peer may be new at this port, or be back at it.
    const bool isElsewhere = standing.isRegistered && !standing.isAtEndpoint;
    if (state != EndpointProofs::State::proven || isElsewhere)
        pingBack(packet, {ping.from.tcp, ping.enrSeq, true, accountOf(state, standing.isAtAddress)}, sink);
    if (isProven)
        _seenAt.vote(packet.remote.ip, ping.to.ip, packet.now);
    const std::uint64_t expiration = _sender.expirationAt(packet.second) + _answered.repeats(packet.hash);
    _sender.pong({packet.remote, packet.local}, packet.hash, expiration, sink);
    if (isProven)
        fetchRecord(packet, ping.enrSeq, ping.from.tcp, sink);
    return std::nullopt;
}

void Engine::answerOwn(const VerifiedPacket& packet, net::DatagramSink& sink)
{
    // What every ping looks up first: where others would hang, this one does.
    static_cast<void>(_proofs.state({packet.senderId, packet.remote.ip}, packet.now));
    static_cast<void>(_registered.liveness(packet.senderId)); // no filter spares its lock
    const Sender::Route route{packet.remote, packet.local};
    const auto pong = _sender.makePong(route, packet.hash, _sender.expirationAt(packet.second));
    sink.send({route.to, route.from, pong.bytes});
}

Engine::Dropped Engine::on(const wire::Pong& pong, const VerifiedPacket& packet, net::DatagramSink& sink)
{
    const MonotonicTime now = packet.now;
    const auto ping = _pings.match({packet.senderId, packet.remote.ip}, pong.pingHash, now);
    if (!ping)
        return Drop::unsolicited;
    _seenAt.vote(packet.remote.ip, pong.to.ip, now);
    const auto announcedSeq = pong.enrSeq ? pong.enrSeq : ping->enrSeq;
    const bool kept = bondedWith(packet, *ping, announcedSeq, now);
    fetchRecord(packet, announcedSeq, ping->tcp.value_or(0), sink);
    proceed(now, sink);
    return kept ? Dropped() : Drop::proofsFull;
}

bool Engine::bondedWith(const VerifiedPacket& packet, const PendingPings::Ping& ping,
                        std::optional<std::uint64_t> announcedSeq, MonotonicTime now)
{
    const auto& id = packet.senderId;
    const WallTime wall = _environment.clock.wallNow();
    const bool isRegistered = _registered.contains(id);
    const auto standing =
        isRegistered ? EndpointProofs::Standing::registered : EndpointProofs::Standing::stranger;
    const bool kept = _proofs.prove(id, ping.to, ping.answersPing, now, standing);
    _contacts.answered(id, now);
    if (isRegistered) {
        tell(_registered.pong({packet.sender, id, ping.to, ping.tcp, now - ping.sentAt, wall}, now), id);
        return kept;
    }
    if (!kept)
        return false;
    if (isToBeRead(id, announcedSeq))
        return true;
    // By its own word, else as it is known; others are believed only of nodes that nothing is known of.
    const auto known = ping.answersPing && ping.tcp ? std::nullopt : _table.find(id);
    const std::uint16_t tcp = known ? known->endpoint.tcp : ping.tcp.value_or(0);
    enter({packet.sender, id, {ping.to.ip, ping.to.port, tcp}, {}, wall});
    return true;
}

void Engine::enter(const TableNode& node)
{
    tell(_table.proven(node));
    // It may have been registered meanwhile.
    if (_registered.contains(node.id))
        tell(_table.remove(node.id));
}

bool Engine::isToBeRead(const node::Hash256& id, std::optional<std::uint64_t> announcedSeq) const
{
    return announcedSeq && _hasFilter && !_table.recordSeq(id);
}

bool Engine::isOfAnotherChain(const node::Enr& record) const
{
    const std::shared_lock lock(_filterMutex);
    return _filter.judge(record, _environment.clock.unixSeconds()) == ForkFilter::Verdict::other;
}

bool Engine::mayAsk(const VerifiedPacket& packet, net::DatagramSink& sink)
{
    switch (_proofs.state({packet.senderId, packet.remote.ip}, packet.now)) {
    case EndpointProofs::State::proven:
        return true;
    case EndpointProofs::State::aging:
        pingBack(packet, {{}, {}, false, PendingPings::Account::known}, sink);
        return true;
    case EndpointProofs::State::expired:
        pingBack(packet, {{}, {}, false, PendingPings::Account::known}, sink);
        return false;
    case EndpointProofs::State::none:
        break;
    }
    return false;
}

bool Engine::isWithinQuestions(const VerifiedPacket& packet) noexcept
{
    return _questions.allow(NodeAddress{packet.senderId, packet.remote.ip}, packet.now);
}

Engine::Dropped Engine::on(const wire::FindNode& question, const VerifiedPacket& packet,
                           net::DatagramSink& sink)
{
    if (!mayAsk(packet, sink))
        return Drop::unproven;
    // It names no recipient: whoever was asked so may send the bytes on from the asker's forged address, and
    // the answer is ten times as long.
    if (_answered.repeats(packet.hash) > repeatsAnswered)
        return Drop::repeated;
    if (!isWithinQuestions(packet))
        return Drop::questionsUsed;
    const auto answer =
        _neighborhood.closest({question.target.nodeId(), packet.senderId, reachFor(packet.remote.ip)});
    _metrics.hidden(answer.hidden);
    _answerSender.send(
        {packet.senderId, {packet.remote, packet.local}, packet.worker, _sender.expirationAt(packet.second)},
        answer.nodes(), sink);
    return std::nullopt;
}

bool Engine::isAcceptable(const wire::Neighbor& told, const node::IpAddress& teller) const
{
    return told.endpoint.udp >= lowestToldPort && permits(told.endpoint.ip) &&
           mayTell(teller, told.endpoint.ip) && _environment.local.advertised(told.endpoint.ip.family()) &&
           told.key != _environment.local.key() && told.key.isOnCurve();
}

Engine::Dropped Engine::on(const wire::Neighbors& answer, const VerifiedPacket& packet,
                           net::DatagramSink& sink)
{
    const NodeAddress from{packet.senderId, packet.remote.ip};
    const MonotonicTime now = packet.now;
    if (!_lookups.isAsking(from, now))
        return Drop::unsolicited;
    std::vector<LookupNode> nodes;
    for (const wire::Neighbor& told : answer.nodes())
        if (isAcceptable(told, packet.remote.ip))
            nodes.push_back({told, told.key.nodeId()});
    if (!_lookups.neighbors(from, nodes, answer.size, now))
        return Drop::unsolicited;
    proceed(now, sink);
    return std::nullopt;
}

Engine::Dropped Engine::on(const wire::EnrRequest&, const VerifiedPacket& packet, net::DatagramSink& sink)
{
    if (!mayAsk(packet, sink))
        return Drop::unproven;
    // The answer has no field that could differ, so the same question gets it once.
    if (!_proofs.firstRequest({packet.senderId, packet.remote.ip}, packet.hash))
        return Drop::repeated;
    if (!isWithinQuestions(packet))
        return Drop::questionsUsed;
    _sender.enrResponse({packet.remote, packet.local}, packet.hash, sink);
    return std::nullopt;
}

Engine::Dropped Engine::on(const wire::EnrResponse& response, const VerifiedPacket& packet,
                           net::DatagramSink&)
{
    const NodeAddress from{packet.senderId, packet.remote.ip};
    const auto request = _records.match(from, response.requestHash, packet.now);
    if (!request)
        return Drop::unsolicited;
    auto record = node::Enr::decode(response.record);
    const auto known = recordSeq(packet.senderId);
    if (!record || record->key() != packet.sender || (known && record->seq() < *known))
        return Drop::badRecord;
    const auto told = packet.remote.ip.isV4() ? record->endpointV4() : record->endpointV6();
    if (told && !mayTell(packet.remote.ip, told->ip))
        return Drop::badRecord;
    if (_registered.contains(packet.senderId)) {
        follow(*record, packet);
        return std::nullopt;
    }
    if (isOfAnotherChain(*record)) {
        tell(_table.remove(packet.senderId));
        return Drop::otherChain;
    }
    if (request->newcomer)
        enter(*request->newcomer);
    _table.setRecord(packet.senderId, std::make_shared<const node::Enr>(std::move(*record)));
    return std::nullopt;
}

std::optional<std::uint64_t> Engine::recordSeq(const node::Hash256& id) const
{
    const auto seq = _registered.recordSeq(id);
    return seq ? seq : _table.recordSeq(id);
}

void Engine::follow(const node::Enr& record, const VerifiedPacket& packet)
{
    if (record.seq() <= _registered.recordSeq(packet.senderId).value_or(0))
        return;
    const MonotonicTime now = _environment.clock.now();
    for (const auto& place : {record.endpointV4(), record.endpointV6()})
        if (place && place->udp >= lowestToldPort && mayTell(packet.remote.ip, place->ip) &&
            permits(place->ip) && _environment.local.advertised(place->ip.family()))
            _registered.expect(packet.sender, packet.senderId, *place, now);
    _registered.setRecordSeq(packet.senderId, record.seq());
}

void Engine::fetchRecord(const VerifiedPacket& packet, std::optional<std::uint64_t> seq, std::uint16_t tcp,
                         net::DatagramSink& sink)
{
    if (!seq)
        return; // nothing to ask for
    const NodeAddress who{packet.senderId, packet.remote.ip};
    const auto known = recordSeq(packet.senderId);
    const bool isNewcomer = isToBeRead(packet.senderId, seq) && !_registered.contains(packet.senderId);
    const bool isNewer = known && *seq > *known;
    if ((!isNewcomer && !isNewer) || !_records.reserve(who, packet.now))
        return;
    const auto request = _sender.makeEnrRequest(_proofs.expirationFor(who, _sender.expiration()));
    std::optional<TableNode> newcomer;
    if (isNewcomer)
        newcomer = TableNode{packet.sender,
                             packet.senderId,
                             {packet.remote.ip, packet.remote.port, tcp},
                             {},
                             _environment.clock.wallNow()};
    _records.sent(who, request.hash, std::move(newcomer));
    _sender.send({packet.remote, packet.local}, PacketType::enrRequest, request.bytes, sink);
}

void Engine::pingBack(const VerifiedPacket& packet, const PingBack& why, net::DatagramSink& sink)
{
    PendingPings::Ping ping;
    ping.to = packet.remote;
    ping.tcp = why.tcp;
    ping.enrSeq = why.enrSeq;
    ping.answersPing = why.answersPing;
    ping.account = why.account;
    if (sendPing(packet.senderId, ping, packet.local, sink) == PendingPings::Reserved::full)
        _metrics.pingSkipped();
}

PendingPings::Reserved Engine::sendPing(const node::Hash256& id, PendingPings::Ping ping,
                                        const node::IpAddress& from, net::DatagramSink& sink)
{
    ping.sentAt = _environment.clock.now();
    ping.second = _environment.clock.unixSeconds();
    const auto reserved = _pings.reserve(id, ping);
    if (reserved != PendingPings::Reserved::send)
        return reserved;
    const Sender::Route route{ping.to, from};
    const auto packet = _sender.makePing(route);
    _pings.sent(id, ping.to, packet.hash);
    _sender.send(route, PacketType::ping, packet.bytes, sink);
    return reserved;
}

void Engine::proceed(MonotonicTime now, net::DatagramSink& sink)
{
    if (_lookups.active() > 0)
        _lookups.advance(now, *this, sink);
}

} // namespace waymark::discv4::engine
