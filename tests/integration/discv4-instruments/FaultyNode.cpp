#include "FaultyNode.h"

#include "wire/Frame.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Enr.h>
#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <array>

namespace waymark::discv4::testing
{

namespace
{

using namespace wire;

constexpr std::uint64_t seq = 7;
const node::IpAddress loopback = node::IpAddress::v4(127, 0, 0, 1);

Poco::Net::SocketAddress addressOf(const node::Endpoint& endpoint)
{
    return {endpoint.ip.toString(), endpoint.port};
}

node::NodeEndpoint asTold(const node::Endpoint& endpoint)
{
    return {endpoint.ip, endpoint.port, 0};
}

std::uint64_t now()
{
    return SystemClock().unixSeconds();
}

} // namespace

FaultyNode::FaultyNode(const Faults& faults)
    : _faults(faults),
      _key(testkit::testKey(4711)),
      _encoder([this](const node::Hash256& digest) { return _key.sign(digest); }),
      _answerEncoder([this](const node::Hash256& digest) {
          return _faults.signsWithAnotherKey ? testkit::testKey(4713).sign(digest) : _key.sign(digest);
      }),
      _socket(addressOf({loopback, 0}), false),
      _other(addressOf({loopback, 0}), false)
{
    _thread.start("faulty-node", [this](const std::stop_token& stopping, Worker&) {
        while (!stopping.stop_requested())
            if (_socket.poll(Poco::Timespan(20'000), Poco::Net::Socket::SELECT_READ))
                receive();
    });
}

Neighbor FaultyNode::where() const
{
    const auto bound = node::Endpoint::parse(_socket.address().toString()).value();
    return {_key.publicKey(), {bound.ip, bound.port, bound.port}};
}

std::uint64_t FaultyNode::soon()
{
    return (_faults.answersLate ? now() - 100 : now() + 20) + ++_uses % 10;
}

void FaultyNode::send(ByteView packet, const node::Endpoint& to)
{
    auto& socket = _faults.answersFromElsewhere ? _other : _socket;
    try {
        socket.sendTo(packet.data(), static_cast<int>(packet.size()), addressOf(to));
    } catch (const Poco::Exception&) {
        return; // nothing gets from loopback to where a PING says that it is
    }
}

void FaultyNode::receive()
{
    Bytes buffer(65'536);
    Poco::Net::SocketAddress from;
    const int size = _socket.receiveFrom(buffer.data(), static_cast<int>(buffer.size()), from);
    buffer.resize(static_cast<std::size_t>(std::max(size, 0)));
    handle(std::move(buffer), node::Endpoint::parse(from.toString()).value());
}

bool FaultyNode::isWanted(ByteView datagram) const
{
    if (datagram.size() < minimumPacket)
        return true;
    if (_faults.takesShortPacketsOnly && datagram.size() > 600)
        return false;
    const ByteView data = datagram.subspan(minimumPacket);
    const bool isPing = datagram[headSize] == 1 && data.size() > 2;
    if (isPing && _faults.knowsOneVersion && data[1] != 4)
        return false;
    // The list alone is the whole of it, and has four items or five.
    if (isPing && _faults.wantsExactLists && data.front() + 1U - 0xc0U != data.size())
        return false;
    if (isPing && _faults.wantsExactLists) {
        node::rlp::Reader outer(data);
        auto items = outer.list();
        std::size_t count = 0;
        while (items && !items->atEnd() && items->skip())
            ++count;
        return count == 4;
    }
    return true;
}

void FaultyNode::handle(Bytes datagram, const node::Endpoint& from)
{
    if (_dead || !isWanted(datagram))
        return;
    if (_faults.takesLongPackets && datagram.size() > maximumPacket) {
        datagram.resize(maximumPacket);
        const auto hash = node::keccak256(ByteView(datagram).subspan(hashSize));
        std::ranges::copy(hash, datagram.begin());
    }
    const auto frame = Frame::parse(datagram);
    const auto message = frame ? frame->decode() : tl::unexpected(frame.error());
    const auto sender = message ? frame->recoverSender() : tl::unexpected(message.error());
    if (!frame && frame.error() == Drop::unknownType && _faults.diesOfJunk)
        _dead = true;
    if (_faults.answersAnything && (!sender || isExpired(*message, now())))
        return send(_encoder.encode(Pong{asTold(from), {}, soon(), seq}).bytes, from);
    if (!sender || (isExpired(*message, now()) && !_faults.ignoresExpiry))
        return;
    handle(*message, *sender, frame->hash(), from);
}

void FaultyNode::handle(const Message& message, const node::PublicKey& sender, const node::Hash256& hash,
                        const node::Endpoint& from)
{
    if (const auto* const asked = std::get_if<Ping>(&message))
        return onPing(*asked, sender, hash, from);
    if (const auto* const pong = std::get_if<Pong>(&message))
        return onPong(*pong, sender, from);
    if (const auto* const told = std::get_if<Neighbors>(&message)) {
        for (const Neighbor& node : told->nodes())
            if (_faults.believesNeighbors)
                ping(node.key, node.endpoint.udpEndpoint());
        return;
    }
    if (!_faults.asksForNoProof && !isProven(sender, from.ip))
        return;
    if (std::holds_alternative<FindNode>(message))
        onFindNode(from);
    if (std::holds_alternative<EnrRequest>(message) && !_faults.hasNoRecords)
        onRequest(hash, from);
}

void FaultyNode::onPing(const Ping& asked, const node::PublicKey& sender, const node::Hash256& hash,
                        const node::Endpoint& from)
{
    const bool isAgain = std::ranges::find(_pingers, sender) != _pingers.end();
    if (_faults.isDeafToPings || (_faults.answersOnce && isAgain) ||
        (_faults.knowsTheFirstOnly && !_pingers.empty() && _pingers.front() != sender) ||
        (_faults.believesTo && asked.to.ip != loopback))
        return;
    if (!isAgain)
        _pingers.push_back(sender);
    const node::Endpoint to = _faults.believesFrom ? asked.from.udpEndpoint() : from;
    if (_faults.losesProofs)
        std::erase_if(_proofs,
                      [&](const Proof& proof) { return proof.first == sender && proof.second != from.ip; });
    if (!_faults.pingsNobodyBack && !isProven(sender, from.ip))
        ping(sender, to);
    for (int i = 0; i < (_faults.repeatsPongs ? 3 : 1); ++i)
        sendPong(hash, to);
}

void FaultyNode::sendPong(const node::Hash256& hash, const node::Endpoint& to)
{
    const Pong pong{_faults.wrongTo ? node::NodeEndpoint{loopback, 9, 0} : asTold(to),
                    _faults.wrongPingHash ? node::Hash256{1} : hash, soon(), seq};
    const auto packet = _encoder.encode(pong).bytes;
    if (!_faults.padsPongs)
        return send(packet, to);
    const ByteView data = packet.subspan(minimumPacket);
    Bytes padded(data.begin(), data.end());
    padded.resize(1'000);
    send(sealed(static_cast<Byte>(PacketType::pong), padded), to);
}

void FaultyNode::ping(const node::PublicKey& who, const node::Endpoint& to)
{
    const auto packet = _encoder.encode(Ping{where().endpoint, asTold(to), soon(), seq});
    _pings.insert_or_assign(packet.hash, Proof{who, to.ip});
    send(packet.bytes, to);
}

void FaultyNode::onPong(const Pong& pong, const node::PublicKey& sender, const node::Endpoint& from)
{
    const Proof proof{sender, from.ip};
    const auto asked = _pings.find(pong.pingHash);
    if (_faults.answersPongs)
        sendPong(pong.pingHash, from);
    if (asked != _pings.end() && _faults.takesPongsOfOthers)
        _proofs.insert(asked->second);
    if (_faults.takesAnyPong || (asked != _pings.end() && asked->second == proof))
        _proofs.insert(proof);
}

bool FaultyNode::isProven(const node::PublicKey& who, const node::IpAddress& ip) const
{
    return std::ranges::any_of(_proofs, [&](const Proof& proof) {
        return proof.first == who && (proof.second == ip || _faults.provesIdsEverywhere);
    });
}

std::vector<Neighbor> FaultyNode::known() const
{
    std::vector<Neighbor> nodes;
    const std::size_t count = _faults.tellsTooMany ? 20 : 8;
    for (std::uint64_t i = 1; i <= count; ++i)
        nodes.push_back(
            {testkit::testKey(i).publicKey(), {loopback, static_cast<std::uint16_t>(40'000 + i), 0}});
    if (_faults.tellsTwice)
        nodes.back() = nodes.front();
    if (_faults.tellsSpecialAddresses)
        nodes.back().endpoint.ip = node::IpAddress::v4(224, 0, 0, 1);
    if (_faults.tellsNoPorts)
        nodes.back().endpoint.udp = 0;
    if (_faults.tellsKeysOffTheCurve)
        nodes.back().key = node::PublicKey({1, 2, 3});
    return nodes;
}

void FaultyNode::onFindNode(const node::Endpoint& to)
{
    const std::vector<Neighbor> nodes = known();
    for (std::size_t i = 0; i < nodes.size(); i += 10) {
        const auto packet = _answerEncoder.encode(
            std::span(nodes).subspan(i, std::min<std::size_t>(10, nodes.size() - i)), soon());
        if (!_faults.tellsLongPackets) {
            send(packet.bytes, to);
            continue;
        }
        const ByteView data = packet.bytes.subspan(minimumPacket);
        Bytes longer(data.begin(), data.end());
        longer.resize(maximumPacket);
        send(sealed(static_cast<Byte>(PacketType::neighbors), longer), to);
    }
}

void FaultyNode::onRequest(const node::Hash256& hash, const node::Endpoint& to)
{
    const auto other = testkit::testKey(4712);
    const auto record = node::EnrBuilder()
                            .seq(_faults.oldRecord ? seq - 1 : seq)
                            .endpoint(where().endpoint)
                            .sign(_faults.recordOfAnother ? other : _key)
                            .value();
    Bytes bytes(record.encoded().begin(), record.encoded().end());
    if (_faults.damagedRecord)
        bytes[10] ^= 1U;
    send(_answerEncoder.encode(EnrResponse{_faults.wrongRequestHash ? node::Hash256{1} : hash, bytes}).bytes,
         to);
}

Bytes FaultyNode::sealed(Byte type, ByteView data) const
{
    Bytes content{type};
    content.insert(content.end(), data.begin(), data.end());
    const auto signature = _key.sign(node::keccak256(content));
    Bytes packet(signature.begin(), signature.end());
    packet.insert(packet.end(), content.begin(), content.end());
    const auto hash = node::keccak256(packet);
    packet.insert(packet.begin(), hash.begin(), hash.end());
    return packet;
}

} // namespace waymark::discv4::testing
