#pragma once

#include "wire/Encode.h"
#include "wire/Frame.h"

#include <waymark/node/Endpoint.h>

#include <Poco/Net/DatagramSocket.h>

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace waymark::discv4::testing
{

/// A discv4 client on a real socket of loopback. It answers pings while it waits for something else; waiting
/// is blocking, with a deadline.
class UdpClient
{
public:
    static constexpr std::chrono::seconds patience{60};

    UdpClient(std::uint64_t key, const node::IpAddress& ip);

    struct Packet
    {
        wire::PacketType type;
        node::Hash256 hash{};
        node::PublicKey sender;
        node::Endpoint from;
        Bytes bytes;
        wire::Message message; ///< borrows from bytes
    };

    node::Hash256 ping(const node::Endpoint& to);
    void findNode(const node::Endpoint& to, const node::PublicKey& target);
    node::Hash256 enrRequest(const node::Endpoint& to);

    /// The next packet of a type; nothing when the time is over.
    std::optional<Packet> receive(wire::PacketType type, std::chrono::milliseconds deadline = patience);

    /// Pings, and answers the ping back, until a question is answered: a PONG that comes too late proves
    /// nothing. Afterwards nothing is on its way that was sent before. False when the time is over.
    bool bond(const node::Endpoint& with, std::chrono::milliseconds deadline = patience);

    /// Asks for a target until the first node of an answer is that target's; pings again when there is no
    /// answer. False when the time is over.
    bool findsBehind(const node::Endpoint& with, const node::PublicKey& target);

    const node::PublicKey& key() const noexcept { return _public; }
    node::Endpoint endpoint() const;
    /// How many packets it sent.
    std::uint64_t sent() const noexcept { return _sent; }

private:
    node::Hash256 send(const node::Endpoint& to, const wire::Encoder::Packet& packet);
    std::optional<Packet> receive(wire::PacketType type, const std::function<bool(const Packet&)>& isWanted,
                                  std::chrono::milliseconds deadline);
    std::optional<Packet> take();

    node::SecretKey _key;
    node::PublicKey _public;
    wire::Encoder _encoder;
    Poco::Net::DatagramSocket _socket;
    std::uint64_t _sent = 0;
};

} // namespace waymark::discv4::testing
