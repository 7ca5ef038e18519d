#include "UdpClient.h"

#include <waymark/base/Clock.h>
#include <waymark/testkit/TestKeys.h>

#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace waymark::discv4::testing
{

namespace
{

using Instant = std::chrono::steady_clock;

/// Until what was not answered is asked again.
constexpr std::chrono::milliseconds pause{200};

std::uint64_t soon()
{
    return SystemClock().unixSeconds() + 20;
}

/// A question whose bytes no other has: repeated ones are not answered.
wire::EnrRequest trial()
{
    constexpr std::uint64_t later = 600;
    static std::atomic<std::uint64_t> count{0};
    return {soon() + later + ++count};
}

Poco::Net::SocketAddress addressOf(const node::Endpoint& endpoint)
{
    return {endpoint.ip.toString(), endpoint.port};
}

} // namespace

UdpClient::UdpClient(std::uint64_t key, const node::IpAddress& ip)
    : _key(testkit::testKey(key)),
      _public(_key.publicKey()),
      _encoder([this](const node::Hash256& digest) { return _key.sign(digest); }),
      _socket(addressOf({ip, 0}), false)
{
}

node::Endpoint UdpClient::endpoint() const
{
    return node::Endpoint::parse(_socket.address().toString()).value();
}

node::Hash256 UdpClient::send(const node::Endpoint& to, const wire::Encoder::Packet& packet)
{
    _socket.sendTo(packet.bytes.data(), static_cast<int>(packet.bytes.size()), addressOf(to));
    ++_sent;
    return packet.hash;
}

node::Hash256 UdpClient::ping(const node::Endpoint& to)
{
    const auto own = endpoint();
    return send(to, _encoder.encode(wire::Ping{{own.ip, own.port, 0}, {to.ip, to.port, 0}, soon(), {}}));
}

void UdpClient::findNode(const node::Endpoint& to, const node::PublicKey& target)
{
    send(to, _encoder.encode(wire::FindNode{target, soon()}));
}

node::Hash256 UdpClient::enrRequest(const node::Endpoint& to)
{
    return send(to, _encoder.encode(wire::EnrRequest{soon()}));
}

std::optional<UdpClient::Packet> UdpClient::take()
{
    std::array<Byte, wire::maximumPacket> buffer{};
    Poco::Net::SocketAddress from;
    const int size = _socket.receiveFrom(buffer.data(), static_cast<int>(buffer.size()), from);
    Packet packet{};
    packet.bytes.assign(buffer.begin(), buffer.begin() + size);
    packet.from = node::Endpoint::parse(from.toString()).value();
    const auto frame = wire::Frame::parse(packet.bytes);
    const auto message = frame ? frame->decode() : tl::unexpected(wire::Drop::malformed);
    if (!message)
        return std::nullopt;
    packet.type = frame->type();
    packet.hash = frame->hash();
    packet.sender = frame->recoverSender().value();
    packet.message = *message;
    if (packet.type == wire::PacketType::ping)
        send(packet.from,
             _encoder.encode(wire::Pong{{packet.from.ip, packet.from.port, 0}, packet.hash, soon(), {}}));
    return packet;
}

std::optional<UdpClient::Packet> UdpClient::receive(wire::PacketType type, std::chrono::milliseconds deadline)
{
    return receive(type, [](const Packet&) { return true; }, deadline);
}

std::optional<UdpClient::Packet> UdpClient::receive(wire::PacketType type,
                                                    const std::function<bool(const Packet&)>& isWanted,
                                                    std::chrono::milliseconds deadline)
{
    const auto until = Instant::now() + deadline;
    for (auto now = Instant::now(); now < until; now = Instant::now()) {
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - now).count();
        if (!_socket.poll(Poco::Timespan(left), Poco::Net::Socket::SELECT_READ))
            break;
        auto packet = take();
        if (packet && packet->type == type && isWanted(*packet))
            return packet;
    }
    return std::nullopt;
}

bool UdpClient::bond(const node::Endpoint& with, std::chrono::milliseconds deadline)
{
    constexpr std::chrono::milliseconds longestPause{5000};
    const auto until = Instant::now() + deadline;
    // What answers slowly is waited for longer each time.
    for (auto wait = pause; Instant::now() < until; wait = std::min(2 * wait, longestPause)) {
        const auto hash = ping(with);
        // The ping back comes first and is answered on the way.
        const auto isPong = [&](const Packet& packet) {
            return std::get<wire::Pong>(packet.message).pingHash == hash;
        };
        if (!receive(wire::PacketType::pong, isPong, wait))
            continue;
        const auto request = send(with, _encoder.encode(trial()));
        const auto isRecord = [&](const Packet& packet) {
            return std::get<wire::EnrResponse>(packet.message).requestHash == request;
        };
        if (receive(wire::PacketType::enrResponse, isRecord, wait))
            return true;
    }
    return false;
}

bool UdpClient::findsBehind(const node::Endpoint& with, const node::PublicKey& target)
{
    const auto until = Instant::now() + patience;
    while (Instant::now() < until) {
        findNode(with, target);
        const auto answer = receive(wire::PacketType::neighbors, pause);
        if (!answer) {
            ping(with); // what proves the endpoint may have come too late; it is answered on the way
            continue;
        }
        const auto& told = std::get<wire::Neighbors>(answer->message);
        if (told.size > 0 && told.nodes()[0].key == target)
            return true;
    }
    return false;
}

} // namespace waymark::discv4::testing
