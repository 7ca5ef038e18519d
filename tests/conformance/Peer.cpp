#include "Peer.h"

#include <waymark/base/Clock.h>
#include <waymark/testkit/TestKeys.h>

#include <Poco/Net/SocketAddress.h>
#include <cppunit/TestAssert.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace waymark::conformance
{

using namespace discv4::wire;

namespace
{

constexpr std::uint64_t markKeys = 10'000;

Poco::Net::SocketAddress addressOf(const node::Endpoint& endpoint)
{
    return {endpoint.ip.toString(), endpoint.port};
}

node::NodeEndpoint asTold(const node::Endpoint& endpoint)
{
    return {endpoint.ip, endpoint.port, 0};
}

/// A question whose bytes no other has: repeated ones are not answered.
EnrRequest trial()
{
    constexpr std::uint64_t later = 600;
    static std::atomic<std::uint64_t> count{0};
    return {soon() + later + ++count};
}

} // namespace

DiscoveryBootnode::DiscoveryBootnode()
    : Bootnode(testkit::Properties{{"waymark.plugins", "registry-memory, discv4"}, {"http-api.listen", ""}})
{
}

std::uint64_t soon()
{
    return SystemClock().unixSeconds() + 20;
}

Peer::Peer(const testkit::Bootnode& bootnode, std::uint64_t key, const node::IpAddress& ip)
    : _key(testkit::testKey(key)),
      _public(_key.publicKey()),
      _markKey(testkit::testKey(markKeys + key)),
      _bootnode(bootnode.udp()),
      _encoder([this](const node::Hash256& digest) { return _key.sign(digest); }),
      _markEncoder([this](const node::Hash256& digest) { return _markKey.sign(digest); }),
      _socket(addressOf({ip, 0}), false)
{
    _socket.setReceiveTimeout(Poco::Timespan(testkit::Bootnode::patience.count(), 0));
    proveMark();
}

node::Endpoint Peer::endpoint() const
{
    return node::Endpoint::parse(_socket.address().toString()).value();
}

Ping Peer::goodPing() const
{
    return {asTold(endpoint()), asTold(_bootnode), soon(), {}};
}

node::Hash256 Peer::post(ByteView packet)
{
    _socket.sendTo(packet.data(), static_cast<int>(packet.size()), addressOf(_bootnode));
    node::Hash256 hash{};
    std::copy_n(packet.begin(), std::min(packet.size(), hash.size()), hash.begin());
    return hash;
}

void Peer::sendNeighbors(std::span<const Neighbor> nodes)
{
    post(_encoder.encode(nodes, soon()).bytes);
}

node::Hash256 Peer::sendSealed(Byte type, ByteView data)
{
    Bytes content{type};
    content.insert(content.end(), data.begin(), data.end());
    const auto signature = _key.sign(node::keccak256(content));
    Bytes sealed(signature.begin(), signature.end());
    sealed.insert(sealed.end(), content.begin(), content.end());
    const auto hash = node::keccak256(sealed);
    sealed.insert(sealed.begin(), hash.begin(), hash.end());
    return post(sealed);
}

/// Fails the test by Poco::TimeoutException when nothing comes.
Peer::Heard Peer::receive()
{
    std::array<Byte, 2 * maximumPacket> buffer{};
    Poco::Net::SocketAddress from;
    const int size = _socket.receiveFrom(buffer.data(), static_cast<int>(buffer.size()), from);
    Heard heard{};
    heard.bytes.assign(buffer.begin(), buffer.begin() + size);
    heard.from = node::Endpoint::parse(from.toString()).value();
    const auto frame = Frame::parse(heard.bytes);
    CPPUNIT_ASSERT_MESSAGE("what the bootnode sends is a packet", frame.has_value());
    heard.hash = frame->hash();
    heard.sender = frame->recoverSender().value();
    heard.message = frame->decode().value();
    CPPUNIT_ASSERT(!isExpired(heard.message, SystemClock().unixSeconds()));
    return heard;
}

void Peer::waitForAnother(Instant until)
{
    constexpr long pause = 200'000; // in which few packets are sent: within all limits
    CPPUNIT_ASSERT_MESSAGE("the bootnode takes no proof", std::chrono::steady_clock::now() < until);
    _socket.poll(Poco::Timespan(pause), Poco::Net::Socket::SELECT_READ);
}

void Peer::proveMark()
{
    const Instant until = std::chrono::steady_clock::now() + testkit::Bootnode::patience;
    for (;; waitForAnother(until)) {
        answerPings(heard(), _markEncoder);
        post(_markEncoder.encode(trial()).bytes);
        const auto answers = heard();
        if (count(answers, PacketType::enrResponse) > 0)
            return;
        answerPings(answers, _markEncoder);
    }
}

void Peer::answerPings(const std::vector<Heard>& heard, const Encoder& encoder)
{
    for (const Heard& each : heard)
        if (std::holds_alternative<Ping>(each.message))
            post(encoder.encode(Pong{asTold(_bootnode), each.hash, soon(), {}}).bytes);
}

std::vector<Peer::Heard> Peer::heard()
{
    Ping ping = goodPing();
    ping.expiration += ++_marks;
    const node::Hash256 mark = post(_markEncoder.encode(ping).bytes);
    std::vector<Heard> all;
    for (;;) {
        Heard heard = receive();
        const auto* const pong = std::get_if<Pong>(&heard.message);
        if (pong != nullptr && pong->pingHash == mark)
            return all;
        all.push_back(std::move(heard));
    }
}

void Peer::bond()
{
    const Instant until = std::chrono::steady_clock::now() + testkit::Bootnode::patience;
    for (bool isFirst = true;; isFirst = false, waitForAnother(until)) {
        send(goodPing());
        const auto answers = heard();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count(answers, PacketType::pong));
        // Within a second it pings once.
        const std::size_t pings = count(answers, PacketType::ping);
        CPPUNIT_ASSERT(pings == 1 || (pings == 0 && !isFirst));
        answerPings(answers, _encoder);
        send(trial());
        const auto told = heard();
        CPPUNIT_ASSERT_EQUAL(count(told, PacketType::enrResponse), told.size());
        if (!told.empty())
            return;
    }
}

std::size_t count(const std::vector<Peer::Heard>& heard, PacketType type)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(heard, [&](const Peer::Heard& each) { return typeOf(each.message) == type; }));
}

const Peer::Heard& only(const std::vector<Peer::Heard>& heard, PacketType type)
{
    CPPUNIT_ASSERT_EQUAL_MESSAGE("packets of type " + std::string(toString(type)), std::size_t{1},
                                 count(heard, type));
    return *std::ranges::find_if(heard,
                                 [&](const Peer::Heard& each) { return typeOf(each.message) == type; });
}

} // namespace waymark::conformance
