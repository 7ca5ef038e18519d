#include "client/NodeClient.h"
#include "engine/Parameters.h"
#include "engine/Reach.h"

#include <algorithm>

namespace waymark::discv4::client
{

namespace
{

constexpr Duration shortestCollecting = std::chrono::milliseconds(100);
constexpr Duration longestCollecting = std::chrono::milliseconds(500);

/// Empty for nodes that may be told of.
std::string_view refusal(const wire::Neighbor& told, const node::IpAddress& teller)
{
    if (!told.key.isOnCurve())
        return "its id is no public key";
    if (told.endpoint.udp < engine::lowestToldPort)
        return "its UDP port is too low";
    if (!engine::mayTell(teller, told.endpoint.ip))
        return "its address is not to be told to others";
    return {};
}

void collect(NeighborsAnswer& into, const wire::Neighbors& answer, const node::IpAddress& teller)
{
    ++into.datagrams;
    for (const wire::Neighbor& told : answer.nodes()) {
        const std::string_view reason = refusal(told, teller);
        if (reason.empty())
            into.nodes.push_back(told);
        else
            into.refused.push_back({told, reason});
    }
}

} // namespace

void NodeClient::handle(const ClientPort::Arrival& arrival)
{
    if (arrival.rejection)
        return reject(arrival);
    const auto frame = wire::Frame::parse(arrival.payload);
    if (!frame)
        return;
    const auto message = frame->decode();
    const auto sender = message ? frame->recoverSender() : tl::unexpected(wire::Drop::malformed);
    if (!sender || *sender == _public)
        return;
    if (wire::isExpired(*message, _clock.unixSeconds()))
        return noteExpired(*message, *sender);
    const Incoming packet{*sender, arrival.remote, frame->hash(), *message};
    if (_watcher)
        _watcher(packet);
    std::visit([&](const auto& what) { on(what, packet); }, *message);
}

void NodeClient::reject(const ClientPort::Arrival& arrival)
{
    for (auto& [id, request] : _requests) {
        const bool isOut = request.step != Request::Step::queued && request.step != Request::Step::collecting;
        if (!isOut || request.failure || request.node.endpoint.udpEndpoint() != arrival.remote)
            continue;
        request.reject(*arrival.rejection, _clock.now());
    }
}

void NodeClient::noteExpired(const wire::Message& message, const node::PublicKey& sender)
{
    const auto* const pong = std::get_if<wire::Pong>(&message);
    for (auto& [id, request] : _requests)
        if (request.node.key == sender && (!pong || pong->pingHash == request.hash))
            request.hint = "an answer came that had expired already: compare the clocks of both hosts";
}

void NodeClient::on(const wire::Ping&, const Incoming& packet)
{
    const auto& remote = packet.remote;
    const wire::Pong pong{
        {remote.ip, remote.port, 0}, packet.hash, _clock.unixSeconds() + _options.lifetime, {}};
    // Where the system does not send it, the node will find out.
    static_cast<void>(_port.send(remote, _encoder.encode(pong).bytes));
    // Of strangers, who may be many, nothing is kept.
    const auto peer = _peers.find({packet.sender, remote.ip});
    if (peer == _peers.end())
        return;
    peer->second.pinged = _clock.now();
    for (auto& [id, request] : _requests) {
        if (request.node.key != packet.sender || request.node.endpoint.ip != remote.ip)
            continue;
        request.sawPing = true;
        if (request.step == Request::Step::proving && !request.failure)
            ask(request);
    }
}

void NodeClient::on(const wire::Pong& pong, const Incoming& packet)
{
    const auto at = std::ranges::find_if(_requests, [&](const auto& entry) {
        return entry.second.step == Request::Step::bonding && entry.second.hash == pong.pingHash;
    });
    if (at == _requests.end())
        return;
    Request& request = at->second;
    const auto asked = request.node.endpoint.udpEndpoint();
    if (packet.sender != request.node.key)
        return fail(at, {Trouble::otherKey, asked.toString() +
                                                " is another node: the id that it answers with is " +
                                                packet.sender.hex()});
    if (packet.remote.ip != asked.ip) {
        request.hint = "its PONG came from " + packet.remote.toString() +
                       ", another address than was asked, and proves nothing";
        return;
    }
    const auto now = _clock.now();
    Peer& peer = peerOf(request.node);
    peer.proven = now;
    peer.roundTrip = now - request.sentAt;
    if (request.kind() == Request::Kind::ping)
        return succeed(at, PongAnswer{peer.roundTrip, pong.enrSeq, pong.to});
    if (isBonded(peer))
        return ask(request);
    request.step = Request::Step::proving;
    request.deadline = now + _options.proofPatience;
}

void NodeClient::on(const wire::FindNode&, const Incoming&) {}

void NodeClient::on(const wire::EnrRequest&, const Incoming&) {}

NodeClient::Requests::iterator NodeClient::findAsking(Request::Kind kind, const Incoming& packet)
{
    return std::ranges::find_if(_requests, [&](const auto& entry) {
        const Request& request = entry.second;
        return request.kind() == kind && request.step >= Request::Step::asking && !request.failure &&
               request.node.key == packet.sender && request.node.endpoint.ip == packet.remote.ip;
    });
}

void NodeClient::on(const wire::Neighbors& answer, const Incoming& packet)
{
    const auto at = findAsking(Request::Kind::findNode, packet);
    if (at == _requests.end())
        return;
    Request& request = at->second;
    const auto now = _clock.now();
    if (request.step == Request::Step::asking)
        request.found.roundTrip = now - request.sentAt;
    collect(request.found, answer, packet.remote.ip);
    if (request.found.nodes.size() + request.found.refused.size() >= engine::neighborCount)
        return succeed(at, std::move(request.found));
    if (request.step == Request::Step::asking)
        request.deadline =
            now + std::clamp(2 * request.found.roundTrip, shortestCollecting, longestCollecting);
    request.step = Request::Step::collecting;
}

void NodeClient::on(const wire::EnrResponse& response, const Incoming& packet)
{
    const auto at = findAsking(Request::Kind::record, packet);
    if (at == _requests.end())
        return;
    Request& request = at->second;
    const std::string who = packet.remote.toString();
    if (response.requestHash != request.hash) {
        request.hint = "an ENRResponse came that names another request than this one";
        return;
    }
    auto record = node::Enr::decode(response.record);
    if (!record)
        return fail(
            at, {Trouble::badAnswer, who + " sent a record that is not valid: " + record.error().message});
    if (record->key() != packet.sender)
        return fail(at,
                    {Trouble::badAnswer, who + " sent the record of another node: " + record->key().hex()});
    succeed(at, RecordAnswer{_clock.now() - request.sentAt, *std::move(record)});
}

} // namespace waymark::discv4::client
