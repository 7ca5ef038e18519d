#pragma once

#include "wire/Encode.h"
#include "wire/Frame.h"

#include <waymark/node/Endpoint.h>
#include <waymark/testkit/Bootnode.h>

#include <Poco/Net/DatagramSocket.h>

#include <chrono>
#include <span>
#include <vector>

namespace waymark::conformance
{

/// 127.0.0.1, and another address of the same machine.
const node::IpAddress firstAddress = node::IpAddress::v4(127, 0, 0, 1);
const node::IpAddress secondAddress = node::IpAddress::v4(127, 0, 0, 2);

/// A bootnode as it is shipped, with discv4 alone and one worker, which handles what comes from one socket in
/// order.
class DiscoveryBootnode : public testkit::Bootnode
{
public:
    DiscoveryBootnode();
};

/// An expiration in time.
std::uint64_t soon();

/// One end of raw discv4 on a real socket. It sends what it is told, and nothing by itself but a mark, see
/// heard().
class Peer
{
public:
    Peer(const testkit::Bootnode& bootnode, std::uint64_t key, const node::IpAddress& ip = firstAddress);

    struct Heard
    {
        Bytes bytes;
        node::Endpoint from;
        node::Hash256 hash{};
        node::PublicKey sender;
        discv4::wire::Message message; ///< borrows from bytes
    };

    /// A PING without any fault.
    discv4::wire::Ping goodPing() const;

    template <class Message>
    node::Hash256 send(const Message& message)
    {
        return post(_encoder.encode(message).bytes);
    }
    void sendNeighbors(std::span<const discv4::wire::Neighbor> nodes);
    /// A packet of any type and content, with a right hash and a signature.
    node::Hash256 sendSealed(Byte type, ByteView data);
    void sendRaw(ByteView packet) { post(packet); }

    /// A message as it would be sent, and its content alone, to be spoilt.
    template <class Message>
    Bytes packetOf(const Message& message) const
    {
        const auto packet = _encoder.encode(message);
        return {packet.bytes.begin(), packet.bytes.end()};
    }
    template <class Message>
    Bytes dataOf(const Message& message) const
    {
        const Bytes packet = packetOf(message);
        return {packet.begin() + discv4::wire::minimumPacket, packet.end()};
    }

    /// Everything that came here because of what was sent so far. No time is waited for: a PING of another
    /// node, which proved this very socket before, follows on the same way, and when its PONG is here (which
    /// is left out), whatever the bootnode had to say before is here too.
    std::vector<Heard> heard();

    /// PING, PONG, and the answer to the PING back, again until a question is answered: a PONG that comes too
    /// late proves nothing.
    void bond();

    const node::PublicKey& key() const noexcept { return _public; }
    node::Endpoint endpoint() const;

private:
    using Instant = std::chrono::steady_clock::time_point;

    node::Hash256 post(ByteView packet);
    Heard receive();
    void answerPings(const std::vector<Heard>& heard, const discv4::wire::Encoder& encoder);
    /// Lets some time pass before a proof is tried again; fails the test when that is for too long already.
    void waitForAnother(Instant until);
    /// As bond(), of the other node; it is not told apart what came because of it.
    void proveMark();

    node::SecretKey _key;
    node::PublicKey _public;
    node::SecretKey _markKey;
    node::Endpoint _bootnode;
    discv4::wire::Encoder _encoder;
    discv4::wire::Encoder _markEncoder;
    std::uint64_t _marks = 0;
    Poco::Net::DatagramSocket _socket;
};

/// How many of a type there are.
std::size_t count(const std::vector<Peer::Heard>& heard, discv4::wire::PacketType type);
/// The only one of a type; the test fails unless there is exactly one.
const Peer::Heard& only(const std::vector<Peer::Heard>& heard, discv4::wire::PacketType type);

} // namespace waymark::conformance
