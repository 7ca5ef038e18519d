#include "guard/Workload.h"

#include <algorithm>
#include <stdexcept>

namespace waymark::bench
{

using discv4::testing::at;
using discv4::testing::Flight;
using discv4::testing::Speaker;

namespace
{

constexpr std::size_t friends = 32; ///< whose endpoint proof holds
constexpr std::size_t registered = 1'000;
constexpr std::size_t hotTargets = 8;    ///< that everybody asks for
constexpr std::size_t strangers = 1'024; ///< addresses
constexpr auto pace = std::chrono::microseconds(100);
// Numbers of test keys, from which on these have theirs.
constexpr std::uint64_t nodeKey = 1, friendKeys = 1'000, registeredKeys = 10'000, targetKeys = 20'000,
                        strangerKeys = 100'000;

/// Public addresses, each in a network of its own: local ones are exempt from some of the rules.
node::Endpoint publicAt(unsigned net, std::size_t number)
{
    return {node::IpAddress::v4(static_cast<Byte>(net), static_cast<Byte>(number >> 8U),
                                static_cast<Byte>(number), 1),
            30303};
}

discv4::wire::Encoder encoderOf(const node::SecretKey& key)
{
    return discv4::wire::Encoder([&key](const node::Hash256& digest) { return key.sign(digest); });
}

/// Made once: that takes longer than many packets.
const std::vector<node::PublicKey>& registeredPeers()
{
    static const std::vector<node::PublicKey> all = [] {
        std::vector<node::PublicKey> made;
        for (std::size_t i = 0; i < registered; ++i)
            made.push_back(testkit::testKey(registeredKeys + i).publicKey());
        return made;
    }();
    return all;
}

} // namespace

/// What the node does with a packet of this kind is told by one of its counters.
struct Workload::Kind
{
    std::string name;
    bool isDropped = false;
    std::string outcome; ///< type of the answer, or why there is none
    double each = 1;     ///< so many for each packet
    std::function<Flight(Workload&, std::size_t)> make;
};

/// A node whose endpoint proof holds.
class Workload::Peer
{
public:
    Peer(discv4::testing::World& world, std::size_t number, const node::Endpoint& here)
        : _speaker(world, friendKeys + number, publicAt(52, number)), _encoder(encoderOf(_speaker.secret()))
    {
        _speaker.bond(here);
    }

    const node::Endpoint& endpoint() const noexcept { return _speaker.endpoint(); }
    const discv4::wire::Encoder& encoder() const noexcept { return _encoder; }

private:
    Speaker _speaker;
    discv4::wire::Encoder _encoder;
};

class Workload::Sink final : public net::DatagramSink
{
public:
    void send(const net::Datagram&) override {}
};

Workload::Workload() : _here(at("54.0.0.1:30303")), _sink(std::make_unique<Sink>())
{
    _node = std::make_unique<discv4::testing::Node>(_world, nodeKey, _here);
    for (std::size_t i = 0; i < registered; ++i) {
        const auto where = publicAt(53, i);
        _node->enroll(registeredPeers()[i], {where.ip, where.port, where.port});
    }
    for (std::size_t i = 0; i < friends; ++i)
        _friends.push_back(std::make_unique<Peer>(_world, i, _here));
    _ingress = std::make_unique<discv4::io::Ingress>(_node->engine(), _node->environment({}),
                                                     discv4::io::IngressRates{});
}

Workload::~Workload() = default;

Flight Workload::flight(const node::Endpoint& from, ByteView packet) const
{
    return {from, _here, {packet.begin(), packet.end()}};
}

Flight Workload::fromStranger(std::size_t number, ByteView packet) const
{
    return flight(publicAt(55, number % strangers), packet);
}

Flight Workload::ping(std::size_t number)
{
    const Peer& peer = *_friends[number % friends];
    const auto& from = peer.endpoint();
    return flight(
        from, peer.encoder()
                  .encode(discv4::wire::Ping{
                      {from.ip, from.port, from.port}, {_here.ip, _here.port, 0}, _world.soon() + number, {}})
                  .bytes);
}

Flight Workload::findNode(std::size_t number, const node::PublicKey& target)
{
    const Peer& peer = *_friends[number % friends];
    return flight(peer.endpoint(),
                  peer.encoder().encode(discv4::wire::FindNode{target, _world.soon() + number}).bytes);
}

Flight Workload::enrRequest(std::size_t number)
{
    const Peer& peer = *_friends[number % friends];
    return flight(peer.endpoint(),
                  peer.encoder().encode(discv4::wire::EnrRequest{_world.soon() + number}).bytes);
}

const std::vector<Workload::Kind>& Workload::all()
{
    using discv4::wire::FindNode;
    using discv4::wire::Ping;
    constexpr std::size_t hashByte = 0;
    constexpr std::size_t signatureAt = 32;
    constexpr std::size_t rSize = 32;
    static const std::vector<Kind> kinds{
        {"ping", false, "pong", 1,
         [](Workload& self, std::size_t number) {
             return self.ping(number);
         }},
        {"findnode", false, "neighbors", 2,
         [](Workload& self, std::size_t number) {
             return self.findNode(number, testkit::testKey(targetKeys + number).publicKey());
         }},
        {"findnode-repeated", false, "neighbors", 2,
         [](Workload& self, std::size_t number) {
             // Every friend asks for every target.
             return self.findNode(number,
                                  testkit::testKey(targetKeys + number / friends % hotTargets).publicKey());
         }},
        {"enrrequest", false, "enrresponse", 1,
         [](Workload& self, std::size_t number) {
             return self.enrRequest(number);
         }},
        {"newcomer", false, "pong", 1,
         [](Workload& self, std::size_t number) {
             const auto key = testkit::testKey(strangerKeys + number);
             const auto from = publicAt(56, number % 65'536);
             return self.flight(from, encoderOf(key)
                                          .encode(Ping{{from.ip, from.port, from.port},
                                                       {self._here.ip, self._here.port, 0},
                                                       self._world.soon() + number,
                                                       {}})
                                          .bytes);
         }},
        {"unproven", true, "unproven", 1,
         [](Workload& self, std::size_t number) {
             const auto key = testkit::testKey(strangerKeys + number);
             return self.fromStranger(
                 number, encoderOf(key)
                             .encode(FindNode{testkit::testKey(2).publicKey(), self._world.soon() + number})
                             .bytes);
         }},
        {"expired", true, "expired", 1,
         [](Workload& self, std::size_t number) {
             const auto key = testkit::testKey(strangerKeys + number);
             return self.fromStranger(number, encoderOf(key)
                                                  .encode(FindNode{testkit::testKey(2).publicKey(),
                                                                   self._world.clock().unixSeconds() - 1})
                                                  .bytes);
         }},
        {"bad-signature", true, "bad_signature", 1,
         [](Workload& self, std::size_t number) {
             Flight made = self.fromStranger(number, self.ping(number).bytes);
             // No point of the curve has such an r; the hash is made good again.
             for (Byte first = 1;; ++first) {
                 std::fill_n(made.bytes.begin() + signatureAt, rSize, first);
                 const auto hash = node::keccak256(ByteView(made.bytes).subspan(signatureAt));
                 std::ranges::copy(hash, made.bytes.begin());
                 if (!discv4::wire::Frame::parse(made.bytes)->recoverSender())
                     return made;
             }
         }},
        {"bad-hash", true, "bad_hash", 1,
         [](Workload& self, std::size_t number) {
             Flight made = self.fromStranger(number, self.ping(number).bytes);
             made.bytes[hashByte] ^= 1U;
             return made;
         }},
    };
    return kinds;
}

const std::vector<std::string>& Workload::kinds()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> made;
        for (const Kind& kind : all())
            made.push_back(kind.name);
        return made;
    }();
    return names;
}

const Workload::Kind& Workload::find(std::string_view kind)
{
    const auto found = std::ranges::find(all(), kind, &Kind::name);
    if (found == all().end())
        throw std::invalid_argument("there is no workload '" + std::string(kind) + "'");
    return *found;
}

Workload::Batch Workload::make(std::string_view kind, std::size_t count)
{
    const Kind& made = find(kind);
    Batch batch;
    batch.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        batch.push_back(made.make(*this, _made++));
    _before = outcome(made);
    return batch;
}

void Workload::play(const Batch& batch)
{
    for (const Flight& packet : batch) {
        _world.clock().advance(pace);
        _ingress->consume({packet.from, packet.to.ip, packet.bytes}, *_sink);
    }
}

double Workload::outcome(const Kind& kind) const
{
    return kind.isDropped ? _node->dropped(kind.outcome) : _node->sent(kind.outcome);
}

void Workload::confirm(std::string_view kind, std::size_t count)
{
    const Kind& meant = find(kind);
    const double come = outcome(meant) - _before;
    const double due = meant.each * static_cast<double>(count);
    if (come != due)
        throw std::runtime_error("of " + std::to_string(count) + " packets '" + std::string(kind) +
                                 "' came " + std::to_string(come) + " of '" + meant.outcome + "', not " +
                                 std::to_string(due) + ": the workload is none");
}

} // namespace waymark::bench
