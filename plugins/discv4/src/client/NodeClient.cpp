#include "client/NodeClient.h"

#include <algorithm>
#include <utility>

namespace waymark::discv4::client
{

namespace
{

/// Handled in one call, so that whoever polls gets a turn.
constexpr int mostArrivals = 256;

} // namespace

std::size_t NodeClient::PlaceHash::operator()(const Place& place) const noexcept
{
    // Keys are points on a curve: any eight of their bytes are as good as a hash.
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < sizeof word; ++i)
        word = word << 8 | place.first.bytes().at(i);
    return static_cast<std::size_t>(word) ^ node::IpAddressHash()(place.second);
}

NodeClient::NodeClient(const node::SecretKey& key, ClientPort& port, const Clock& clock,
                       const Options& options)
    : _key(key),
      _public(key.publicKey()),
      _port(port),
      _clock(clock),
      _options(options),
      _encoder([this](const node::Hash256& digest) { return _key.sign(digest); })
{
}

void NodeClient::ping(const wire::Neighbor& node, Duration patience, PongDone done)
{
    add({node, patience, std::move(done)});
}

void NodeClient::findNode(const wire::Neighbor& node, const node::PublicKey& target, Duration patience,
                          NeighborsDone done)
{
    add({node, patience, std::move(done), target});
}

void NodeClient::requestRecord(const wire::Neighbor& node, Duration patience, RecordDone done)
{
    add({node, patience, std::move(done)});
}

void NodeClient::add(Request request)
{
    const bool waits =
        request.kind() == Request::Kind::findNode && std::ranges::any_of(_requests, [&](const auto& other) {
            return other.second.kind() == Request::Kind::findNode &&
                   other.second.node.key == request.node.key;
        });
    request.asksLeft = std::max(_options.tries, 1U);
    request.bondsLeft = request.kind() == Request::Kind::ping ? 1 : request.asksLeft;
    Request& kept = _requests.emplace(_nextId++, std::move(request)).first->second;
    if (!waits)
        begin(kept);
}

void NodeClient::begin(Request& request)
{
    const Peer& peer = peerOf(request.node);
    if (request.kind() != Request::Kind::ping && isBonded(peer))
        ask(request);
    else
        bond(request);
}

void NodeClient::beginNext(const wire::Neighbor& node)
{
    const auto next = std::ranges::find_if(_requests, [&](const auto& other) {
        return other.second.step == Request::Step::queued && other.second.node.key == node.key;
    });
    if (next != _requests.end())
        begin(next->second);
}

bool NodeClient::isBonded(const Peer& peer) const
{
    const auto oldest = _clock.now() - _options.proofValidity;
    return peer.proven && *peer.proven > oldest && peer.pinged && *peer.pinged > oldest;
}

void NodeClient::bond(Request& request)
{
    const auto& to = request.node.endpoint;
    request.step = Request::Step::bonding;
    --request.bondsLeft;
    send(request,
         _encoder.encode(wire::Ping{
             own(to.ip.family()), {to.ip, to.udp, 0}, freshExpiration(peerOf(request.node)), std::nullopt}));
}

void NodeClient::ask(Request& request)
{
    const std::uint64_t expiration = freshExpiration(peerOf(request.node));
    request.step = Request::Step::asking;
    --request.asksLeft;
    if (request.kind() == Request::Kind::findNode)
        send(request, _encoder.encode(wire::FindNode{request.target, expiration}));
    else
        send(request, _encoder.encode(wire::EnrRequest{expiration}));
}

void NodeClient::send(Request& request, const wire::Encoder::Packet& packet)
{
    request.hash = packet.hash;
    request.sentAt = _clock.now();
    request.deadline = request.sentAt + request.patience;
    if (const auto sent = _port.send(request.node.endpoint.udpEndpoint(), packet.bytes); !sent)
        request.reject(sent.error(), request.sentAt);
}

Request NodeClient::take(Requests::iterator at)
{
    Request ended = std::move(at->second);
    _requests.erase(at);
    if (ended.kind() == Request::Kind::findNode)
        beginNext(ended.node);
    return ended;
}

void NodeClient::repeatOrFail(Requests::iterator at)
{
    Request& request = at->second;
    const bool isAsking = request.step == Request::Step::asking;
    if ((isAsking ? request.asksLeft : request.bondsLeft) == 0)
        return fail(at, request.silence());
    if (isAsking) {
        // It may have lost what it knew of this endpoint: the proofs come first again.
        peerOf(request.node).pinged.reset();
        request.bondsLeft = std::max(request.bondsLeft, 1U);
    }
    bond(request);
}

void NodeClient::expire(Requests::iterator at)
{
    Request& request = at->second;
    if (request.failure)
        return fail(at, *request.failure);
    switch (request.step) {
    case Request::Step::proving:
        peerOf(request.node).pinged = _clock.now();
        return ask(request);
    case Request::Step::collecting:
        return succeed(at, std::move(request.found));
    default:
        return repeatOrFail(at);
    }
}

void NodeClient::expire()
{
    const auto now = _clock.now();
    std::vector<std::uint64_t> due;
    for (const auto& [id, request] : _requests)
        if (request.deadline <= now)
            due.push_back(id);
    for (const std::uint64_t id : due)
        if (const auto at = _requests.find(id); at != _requests.end())
            expire(at);
}

Duration NodeClient::untilNextDeadline(Duration patience) const
{
    const auto now = _clock.now();
    for (const auto& [id, request] : _requests)
        if (request.deadline - now < patience && request.deadline != MonotonicTime::max())
            patience = request.deadline - now;
    return std::max(patience, Duration::zero());
}

void NodeClient::poll(Duration patience, const toolkit::Interruption* interruption)
{
    const std::size_t before = _requests.size();
    expire();
    if (_requests.size() < before)
        patience = Duration::zero(); // something happened
    auto arrival = _port.receive(untilNextDeadline(patience), interruption ? interruption->descriptor() : -1);
    for (int count = 1; arrival; ++count) {
        handle(*arrival);
        if (count == mostArrivals)
            break;
        arrival = _port.receive(Duration::zero(), -1);
    }
    expire();
}

bool NodeClient::run(const toolkit::Interruption* interruption)
{
    while (pending() > 0) {
        if (interruption && interruption->requested())
            return false;
        poll(std::chrono::hours(1), interruption);
    }
    return true;
}

NodeClient::Peer& NodeClient::peerOf(const wire::Neighbor& node)
{
    return _peers[{node.key, node.endpoint.ip}];
}

std::uint64_t NodeClient::freshExpiration(Peer& peer) const
{
    // Signatures are deterministic: what differs in nothing else differs in its expiration.
    peer.lastExpiration = std::max(_clock.unixSeconds() + _options.lifetime, peer.lastExpiration + 1);
    return peer.lastExpiration;
}

node::NodeEndpoint NodeClient::own(node::IpFamily family) const
{
    return {{}, _port.localPort(family), 0};
}

} // namespace waymark::discv4::client
