#include "commands/probe/Party.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/SocketImpl.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace waymark::discv4::probe
{

namespace
{

constexpr std::uint64_t lifetime = 20;
/// More than any datagram that is to be judged: what is longer must be seen to be.
constexpr std::size_t largestDatagram = 65'536;
constexpr std::size_t mostDatagrams = 1'000;               ///< heard in one go
constexpr Duration longestDrain = std::chrono::seconds(1); ///< of what never stops coming

Poco::Net::SocketAddress addressOf(const node::Endpoint& endpoint)
{
    return {endpoint.ip.toString(), endpoint.port};
}

node::Endpoint endpointOf(const Poco::Net::SocketAddress& address)
{
    return node::Endpoint::parse(address.toString()).value_or(node::Endpoint{});
}

/// Where packets to a target leave from; `bound` is a socket's own address.
node::Endpoint localEndpoint(const Poco::Net::SocketAddress& bound, const node::Endpoint& target)
{
    node::Endpoint endpoint = endpointOf(bound);
    if (!endpoint.ip.isUnspecified())
        return endpoint;
    Poco::Net::DatagramSocket asking(bound.family());
    asking.connect(addressOf(target));
    endpoint.ip = endpointOf(asking.address()).ip;
    return endpoint;
}

/// Of a packet that is nothing but too long.
std::optional<wire::PacketType> typeOfOversized(ByteView datagram)
{
    if (datagram.size() <= wire::maximumPacket)
        return std::nullopt;
    const auto hash = node::keccak256(datagram.subspan(wire::hashSize));
    const Byte type = datagram[wire::headSize];
    if (!std::ranges::equal(hash, datagram.first(wire::hashSize)) || type < 1 || type > wire::packetTypeCount)
        return std::nullopt;
    return static_cast<wire::PacketType>(type);
}

} // namespace

std::string Heard::toString() const
{
    const std::string size = " of " + std::to_string(bytes.size()) + " bytes";
    if (!message && !oversized)
        return "a datagram" + size + " that is no good packet";
    std::string name(wire::toString(oversized ? *oversized : wire::typeOf(*message)));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name + size + (oversized ? ", which is more than any packet may have" : "");
}

Party::Party(node::SecretKey key, const node::Endpoint& target, const node::IpAddress& from,
             const Clock& clock, Wait wait)
    : _clock(clock),
      _wait(std::move(wait)),
      _key(std::move(key)),
      _public(_key.publicKey()),
      _target(target),
      _encoder([this](const node::Hash256& digest) { return _key.sign(digest); }),
      _socket(addressOf({from, 0}), false),
      _endpoint(localEndpoint(_socket.address(), target))
{
    _socket.setBlocking(false);
}

Result<std::unique_ptr<Party>> Party::open(node::SecretKey key, const node::Endpoint& target,
                                           const node::IpAddress& from, const Clock& clock, Wait wait)
{
    try {
        return std::unique_ptr<Party>(new Party(std::move(key), target, from, clock, std::move(wait)));
    } catch (const Poco::Exception& error) {
        return failure(ErrorCode::io, "no socket at " + from.toString() + " that reaches " +
                                          target.toString() + ": " + error.displayText());
    }
}

std::uint64_t Party::soon()
{
    return _clock.unixSeconds() + lifetime + ++_uses;
}

wire::Ping Party::goodPing()
{
    // Some nodes think nothing of those without a TCP port.
    return {{_endpoint.ip, _endpoint.port, _endpoint.port}, {_target.ip, _target.port, 0}, soon(), {}};
}

Bytes Party::sealed(Byte type, ByteView data) const
{
    Bytes content{type};
    content.insert(content.end(), data.begin(), data.end());
    const auto signature = _key.sign(node::keccak256(content));
    constexpr std::size_t hashSize = node::Hash256().size();
    Bytes packet(hashSize + signature.size() + content.size());
    const auto end = std::ranges::copy(signature, packet.begin() + hashSize).out;
    std::ranges::copy(content, end);
    std::ranges::copy(node::keccak256(ByteView(packet).subspan(hashSize)), packet.begin());
    return packet;
}

node::Hash256 Party::sendRaw(ByteView datagram)
{
    node::Hash256 hash{};
    std::copy_n(datagram.begin(), std::min(datagram.size(), hash.size()), hash.begin());
    _hashes.push_back(hash);
    try {
        _socket.sendTo(datagram.data(), static_cast<int>(datagram.size()), addressOf(_target));
        _sent += datagram.size();
    } catch (const Poco::Exception&) {
        return hash; // as if it were lost on the way: no answer will come, and that is said
    }
    return hash;
}

bool Party::answersOneOf(const wire::Pong& pong, std::size_t count) const
{
    const auto end = _hashes.begin() + static_cast<std::ptrdiff_t>(std::min(count, _hashes.size()));
    return std::find(_hashes.begin(), end, pong.pingHash) != end;
}

Heard Party::receive()
{
    _buffer.resize(largestDatagram);
    Poco::Net::SocketAddress from;
    int size = 0;
    try {
        size = std::max(_socket.receiveFrom(_buffer.data(), static_cast<int>(_buffer.size()), from), 0);
    } catch (const Poco::Exception&) {
        size = 0; // an error of an earlier packet, which the system tells now
    }
    Heard heard;
    heard.bytes.assign(_buffer.begin(), _buffer.begin() + size);
    heard.from = endpointOf(from);
    heard.at = _clock.unixSeconds();
    heard.oversized = typeOfOversized(heard.bytes);
    const auto frame = wire::Frame::parse(heard.bytes);
    const auto sender = frame ? frame->recoverSender() : tl::unexpected(frame.error());
    if (!sender)
        return heard;
    heard.hash = frame->hash();
    heard.sender = *sender;
    if (const auto message = frame->decode())
        heard.message = *message;
    return heard;
}

std::vector<Heard> Party::hear(Duration patience, const Enough& enough)
{
    std::vector<Heard> all;
    const MonotonicTime until = _clock.now() + patience;
    for (;;) {
        const Duration left = until - _clock.now();
        if (!_wait(_socket.impl()->sockfd(), left))
            break;
        // What is there already is heard, however little time there is.
        if (!_socket.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ)) {
            if (left <= Duration::zero())
                break;
            continue;
        }
        Heard heard = receive();
        if (_answersPings && heard.as<wire::Ping>() != nullptr) {
            send(wire::Pong{{_target.ip, _target.port, 0}, *heard.hash, soon(), {}});
            _hasAnsweredPings = true;
        }
        all.push_back(std::move(heard));
        if ((enough && enough(all)) || all.size() == mostDatagrams || _clock.now() >= until + longestDrain)
            break;
    }
    return all;
}

} // namespace waymark::discv4::probe
