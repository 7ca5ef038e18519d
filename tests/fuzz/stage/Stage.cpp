#include "stage/Stage.h"

#include "Fuzzing.h"

#include <waymark/testkit/TestKeys.h>

#include <algorithm>

namespace waymark::fuzz
{

using namespace discv4::wire;
using discv4::simulation::FakeSignatures;
using discv4::simulation::FakeSigningNode;

namespace
{

constexpr std::size_t remembered = 16;
constexpr Byte limited = 1;

/// Identity and metrics are the same for all plays: making them anew would take most of the time.
FakeSigningNode& ownNode()
{
    static FakeSigningNode node(testkit::testKey(1), {node::IpAddress::v4(5, 5, 5, 5), 30303, 0});
    return node;
}

observe::MetricRegistry& metrics()
{
    static observe::MetricRegistry registry;
    return registry;
}

/// Small, so that every bound is reached.
discv4::engine::Parameters smallParameters(bool isLimited)
{
    discv4::engine::Parameters parameters;
    parameters.bucketSize = 2;
    parameters.replacements = 2;
    parameters.maximumProofs = 64;
    parameters.maximumProofsPerPrefix = 3;
    parameters.maximumPendingPings = 4;
    parameters.answersPerPrefix = isLimited ? discv4::engine::Rate{1, 4} : discv4::engine::Rate{};
    parameters.questionsPerNode = isLimited ? discv4::engine::Rate{1, 4} : discv4::engine::Rate{};
    return parameters;
}

discv4::io::IngressRates rates(bool isLimited)
{
    discv4::io::IngressRates rates;
    rates.perAddress = isLimited ? discv4::engine::Rate{2, 8} : discv4::engine::Rate{};
    rates.perPrefix = rates.perAddress;
    rates.perKnown = rates.perAddress;
    return rates;
}

template <class T>
void keep(std::deque<T>& latest, T value)
{
    latest.push_front(std::move(value));
    if (latest.size() > remembered)
        latest.pop_back();
}

void applied(const Result<registry::ApplyReport>& report)
{
    require(report.has_value(), "the registry takes what it is told");
}

} // namespace

Stage::Stage(Choices& choices) : _choices(choices), _registry({.backend = "memory", .limits = {}})
{
    const bool isLimited = (_choices.byte() & limited) != 0;
    _parameters = smallParameters(isLimited);
    _registry.state().begin({1, 0});
    _registry.open();
    _oracle.emplace(_clock, _parameters, ownNode().record()->encoded(), !isLimited);
    const discv4::engine::Environment environment{_clock,    _random, ownNode(), _registry,
                                                  metrics(), {},      _cast};
    _engine.emplace(environment, _parameters);
    _ingress.emplace(*_engine, environment, rates(isLimited));
    _engine->start();
}

Stage::~Stage()
{
    _engine->stop();
}

void Stage::play()
{
    constexpr int longest = 600;
    for (int i = 0; i < longest && !_choices.done(); ++i) {
        step();
        requireBounds();
    }
    requireEnd();
}

void Stage::step()
{
    const auto step = static_cast<Step>(_choices.below(steps));
    switch (step) {
    case Step::tick:
    case Step::wait:
        return stepOfTime(step);
    case Step::enroll:
    case Step::dismiss:
    case Step::lookup:
    case Step::bootnodes:
    case Step::remember:
        return stepOfRegistry(step);
    case Step::replay:
    case Step::reflect:
    case Step::mutate:
    case Step::raw:
        return stepOfOldPacket(step);
    default:
        return stepOfPacket(step);
    }
}

void Stage::stepOfTime(Step step)
{
    constexpr std::size_t mostTicks = 32;
    if (step == Step::tick) {
        for (std::size_t ticks = 1 + _choices.below(mostTicks); ticks > 0; --ticks) {
            _clock.advance(discv4::engine::tickInterval);
            tick();
        }
        return;
    }
    constexpr std::array<Duration, 3> units{std::chrono::seconds(1), std::chrono::minutes(1),
                                            std::chrono::hours(1)};
    const Duration unit = units[_choices.below(units.size())];
    _clock.advance(unit * _choices.byte());
    tick();
}

void Stage::stepOfRegistry(Step step)
{
    if (step == Step::lookup)
        return _engine->lookup(_cast.key(_choices.byte()), [](const auto&) {});
    if (step == Step::bootnodes) {
        std::vector<Neighbor> nodes(_choices.below(4));
        std::ranges::generate(nodes, [&] { return someNode(); });
        return _engine->setBootnodes(nodes);
    }
    const auto node = someNode();
    if (step == Step::remember)
        return _engine->remember(
            {{node.key, node.endpoint, _clock.wallNow() - std::chrono::hours(_choices.byte())}});
    if (step == Step::dismiss) {
        _registry.apply({registry::DropClaim{node::PeerId(node.key), std::string(registry::apiOrigin)}},
                        applied);
        return _oracle->dismissed(node.key);
    }
    if (node.endpoint.udp == 0)
        return;
    const auto peer = registry::Peer::at(node.key, node.endpoint);
    _registry.apply({registry::PutClaim{{std::string(registry::apiOrigin), peer}}}, applied);
    _oracle->enrolled(node.key, node.endpoint);
}

std::uint64_t Stage::expiration()
{
    constexpr std::uint64_t lifetime = 20;
    constexpr std::uint64_t tooLate = std::uint64_t{1} << 63U;
    const std::size_t choice = _choices.below(16);
    const std::uint64_t now = _clock.unixSeconds();
    if (choice == 14)
        return now - 1;
    return choice == 15 ? tooLate + now : now + lifetime + choice;
}

Encoder Stage::encoderOf(const node::PublicKey& who) const
{
    return Encoder([who](const node::Hash256&) { return FakeSignatures::sign(who); });
}

Neighbor Stage::someNode()
{
    const std::size_t who = _choices.byte();
    return _cast.neighbor(who, _choices.byte());
}

void Stage::ping(const node::PublicKey& who, const node::Endpoint& where, std::uint64_t expires)
{
    const Byte seq = _choices.byte();
    const Ping ping{
        {where.ip, where.port, seq}, {}, expires, seq % 2 == 0 ? std::nullopt : std::optional(seq / 2)};
    deliver(encoderOf(who).encode(ping).bytes, where);
}

void Stage::pong(const node::PublicKey& who, const node::Endpoint& where, std::uint64_t expires,
                 const node::Hash256& hash)
{
    const Byte seq = _choices.byte();
    deliver(encoderOf(who).encode(Pong{{}, hash, expires, seq}).bytes, where);
}

void Stage::stepOfPacket(Step step)
{
    const auto& who = _cast.key(_choices.byte());
    const Encoder encoder = encoderOf(who);
    const std::size_t where = _choices.byte();
    const auto& from = _cast.place(where);
    constexpr std::uint64_t soon = 20;
    if (step == Step::answer)
        return _pings.empty() ? void()
                              : pong(who, _pings[where % _pings.size()].second, _clock.unixSeconds() + soon,
                                     _pings[where % _pings.size()].first);
    if (step == Step::bond) {
        ping(who, from, _clock.unixSeconds() + soon);
        return _pings.empty() ? void() : pong(who, from, _clock.unixSeconds() + soon, _pings.front().first);
    }
    const std::uint64_t expires = expiration();
    if (step == Step::ping)
        return ping(who, from, expires);
    const std::size_t which = _choices.byte();
    if (step == Step::pong)
        return pong(who, from, expires, which < _pings.size() ? _pings[which].first : node::Hash256{});
    if (step == Step::findNode)
        return deliver(encoder.encode(FindNode{_cast.key(which), expires}).bytes, from);
    if (step == Step::enrRequest)
        return deliver(encoder.encode(EnrRequest{expires}).bytes, from);
    if (step == Step::neighbors)
        return neighbors(encoder, from, expires);
    const auto request = _requests.empty() ? node::Hash256{} : _requests[which % _requests.size()];
    deliver(encoder.encode(EnrResponse{request, _cast.record(_choices.byte()).encoded()}).bytes, from);
}

void Stage::neighbors(const Encoder& encoder, const node::Endpoint& where, std::uint64_t expires)
{
    std::vector<Neighbor> nodes(_choices.below(Neighbors::maximumSent + 1));
    std::ranges::generate(nodes, [&] { return someNode(); });
    deliver(encoder.encode(nodes, expires).bytes, where);
}

void Stage::stepOfOldPacket(Step step)
{
    const std::deque<Bytes>& old = step == Step::reflect ? _said : _heard;
    const std::size_t which = _choices.byte();
    const auto& from = _cast.place(_choices.byte());
    if (step == Step::raw) {
        const ByteView bytes = _choices.bytes(which);
        return deliver(Bytes(bytes.begin(), bytes.end()), from);
    }
    if (old.empty())
        return;
    Bytes bytes = old[which % old.size()];
    if (step == Step::mutate && bytes.size() >= minimumPacket) {
        for (std::size_t changes = 1 + _choices.below(4); changes > 0; --changes) {
            const std::size_t place = hashSize + _choices.word() % (bytes.size() - hashSize);
            bytes[place] = _choices.byte();
        }
        const auto hash = node::keccak256(ByteView(bytes).subspan(hashSize));
        std::ranges::copy(hash, bytes.begin());
    }
    deliver(bytes, from);
}

void Stage::deliver(ByteView bytes, const node::Endpoint& from)
{
    const Bytes payload(bytes.begin(), bytes.end());
    const net::Datagram datagram{from, node::IpAddress::v4(5, 5, 5, 5), payload};
    Outbox outbox;
    _ingress->consume(datagram, outbox);
    _oracle->received(datagram, collect(outbox));
    keep(_heard, payload);
}

void Stage::tick()
{
    Outbox outbox;
    _engine->tick(outbox);
    _oracle->ticked(collect(outbox));
}

std::vector<Packet> Stage::collect(const Outbox& outbox)
{
    std::vector<Packet> packets;
    for (const auto& sent : outbox.sent) {
        auto packet = Packet::read({sent.remote, sent.local, sent.bytes}, _clock.unixSeconds());
        require(packet.has_value(), "what the engine sends is a valid packet");
        if (packet->type() == PacketType::ping)
            keep(_pings, std::pair(packet->hash, packet->remote));
        else if (packet->type() == PacketType::enrRequest)
            keep(_requests, packet->hash);
        keep(_said, sent.bytes);
        packets.push_back(std::move(*packet));
    }
    return packets;
}

void Stage::requireBounds() const
{
    constexpr std::size_t buckets = 17;
    require(_engine->proofs().size() <= _parameters.maximumProofs, "proofs are bounded");
    require(_engine->table().size() <= buckets * _parameters.bucketSize, "the table is bounded");
    // Own pings go to those who are registered, bootnodes, seeds, in the table or told in a lookup: one to
    // each place.
    require(_engine->pings().size() <= 2 * _parameters.maximumPendingPings + Cast::size * Cast::places,
            "pings under way are bounded");
}

void Stage::requireEnd() const
{
    for (const auto& node : _engine->nodes())
        _oracle->requireKnown(node.key, node.endpoint.udpEndpoint());
    const auto failed =
        metrics().value("waymark_discv4_packets_dropped_total", {{"reason", "internal_error"}}).value();
    require(failed == 0, "no packet makes the engine throw");
}

} // namespace waymark::fuzz
