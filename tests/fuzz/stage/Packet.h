#pragma once

#include "stage/Cast.h"
#include "wire/Frame.h"

#include <waymark/net/UdpTransport.h>

#include <optional>
#include <vector>

namespace waymark::fuzz
{

/// A packet that is in order, with its bytes.
struct Packet
{
    node::Endpoint remote; ///< whom it came from or goes to
    node::IpAddress local;
    Bytes bytes; ///< the message borrows from it
    node::Hash256 hash{};
    node::PublicKey sender;
    discv4::wire::Message message;

    /// Nothing when an engine that keeps to the specification ignores it.
    static std::optional<Packet> read(const net::Datagram& datagram, std::uint64_t unixSeconds)
    {
        Packet packet{
            datagram.remote, datagram.local, {datagram.payload.begin(), datagram.payload.end()}, {}, {}, {}};
        const auto frame = discv4::wire::Frame::parse(packet.bytes);
        if (!frame)
            return std::nullopt;
        const auto message = frame->decode();
        const auto sender = frame->recoverSender(Cast::instance());
        if (!message || !sender || discv4::wire::isExpired(*message, unixSeconds))
            return std::nullopt;
        packet.hash = frame->hash();
        packet.sender = *sender;
        packet.message = *message;
        return packet;
    }

    discv4::wire::PacketType type() const noexcept { return discv4::wire::typeOf(message); }
};

/// What the engine sends while it handles one datagram or tick.
class Outbox final : public net::DatagramSink
{
public:
    void send(const net::Datagram& datagram) override
    {
        sent.push_back({datagram.remote, datagram.local, {datagram.payload.begin(), datagram.payload.end()}});
    }

    struct Datagram
    {
        node::Endpoint remote;
        node::IpAddress local;
        Bytes bytes;
    };
    std::vector<Datagram> sent;
};

} // namespace waymark::fuzz
