#include "commands/PingProbe.h"

#include "wire/Frame.h"

#include <waymark/base/Random.h>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <array>
#include <thread>

namespace waymark::discv4
{

namespace
{

constexpr std::uint64_t lifetime = 20;

node::SecretKey freshKey()
{
    SystemRandom random;
    return node::SecretKey::generate(random);
}

Poco::Net::SocketAddress addressOf(const node::Endpoint& endpoint)
{
    return {endpoint.ip.toString(), endpoint.port};
}

} // namespace

PingProbe::PingProbe(const wire::Neighbor& target)
    : _key(freshKey()),
      _target(target),
      _encoder([this](const node::Hash256& digest) { return _key.sign(digest); }),
      _socket(target.endpoint.ip.isV4() ? Poco::Net::SocketAddress::IPv4 : Poco::Net::SocketAddress::IPv6)
{
}

Result<std::unique_ptr<PingProbe>> PingProbe::open(const wire::Neighbor& target)
{
    try {
        std::unique_ptr<PingProbe> probe(new PingProbe(target));
        // Connected, so that only the node's datagrams come in, and its refusals too.
        probe->_socket.connect(addressOf(target.endpoint.udpEndpoint()));
        return probe;
    } catch (const Poco::Exception& error) {
        return failure(ErrorCode::io, target.endpoint.udpEndpoint().toString() + ": " + error.displayText());
    }
}

void PingProbe::send(ByteView packet)
{
    _socket.sendBytes(packet.data(), static_cast<int>(packet.size()));
}

void PingProbe::awaitNewSecond()
{
    while (_clock.unixSeconds() == _lastSecond) {
        const WallTime next{std::chrono::seconds(_lastSecond + 1)};
        std::this_thread::sleep_for(next - _clock.wallNow());
    }
    _lastSecond = _clock.unixSeconds();
}

Result<std::optional<PingProbe::Answer>> PingProbe::ping(Duration patience)
{
    try {
        awaitNewSecond();
        const auto& to = _target.endpoint;
        const auto packet = _encoder.encode(
            wire::Ping{{}, {to.ip, to.udp, 0}, _clock.unixSeconds() + lifetime, std::nullopt});
        const MonotonicTime sentAt = _clock.now();
        send(packet.bytes);
        return receive(packet.hash, sentAt, sentAt + patience);
    } catch (const Poco::Exception& error) {
        return failure(ErrorCode::io, _target.endpoint.udpEndpoint().toString() + ": " + error.displayText());
    }
}

std::optional<PingProbe::Answer> PingProbe::receive(const node::Hash256& pingHash, MonotonicTime sentAt,
                                                    MonotonicTime until)
{
    std::array<Byte, wire::maximumPacket + 1> buffer{};
    for (MonotonicTime now = _clock.now(); now < until; now = _clock.now()) {
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - now).count();
        if (!_socket.poll(Poco::Timespan(left), Poco::Net::Socket::SELECT_READ))
            break;
        const int size = _socket.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        if (size <= 0)
            continue;
        const auto answer = look(ByteView(buffer).first(static_cast<std::size_t>(size)), pingHash, sentAt);
        if (answer)
            return answer;
    }
    return std::nullopt;
}

std::optional<PingProbe::Answer> PingProbe::look(ByteView datagram, const node::Hash256& pingHash,
                                                 MonotonicTime sentAt)
{
    const Duration roundTrip = _clock.now() - sentAt;
    const auto frame = wire::Frame::parse(datagram);
    const auto message = frame ? frame->decode() : tl::unexpected(wire::Drop::malformed);
    if (!message || wire::isExpired(*message, _clock.unixSeconds()))
        return std::nullopt;
    const auto sender = frame->recoverSender();
    if (!sender || *sender != _target.key)
        return std::nullopt;
    if (std::holds_alternative<wire::Ping>(*message)) {
        const auto& to = _target.endpoint;
        send(_encoder
                 .encode(wire::Pong{{to.ip, to.udp, 0}, frame->hash(), _clock.unixSeconds() + lifetime, {}})
                 .bytes);
    }
    const auto* const pong = std::get_if<wire::Pong>(&*message);
    if (!pong || pong->pingHash != pingHash)
        return std::nullopt;
    return Answer{roundTrip, pong->enrSeq};
}

} // namespace waymark::discv4
