#pragma once

#include "engine/Environment.h"
#include "engine/PacketMetrics.h"
#include "engine/Parameters.h"
#include "wire/Encode.h"

#include <waymark/net/UdpTransport.h>

#include <span>

namespace waymark::discv4::engine
{

/// The way of packets from the engine to a sink: fills in what is this node's own (endpoint, expiration, ENR
/// seq), signs, counts. Any thread, with a sink of its own.
class Sender
{
public:
    Sender(const Environment& environment, const Parameters& parameters, const PacketMetrics& metrics);

    /// Where a packet goes, and the address that it leaves from (unspecified: the system chooses).
    struct Route
    {
        node::Endpoint to;
        node::IpAddress from;
    };

    /// Now plus the lifetime of packets, in seconds since 1970.
    std::uint64_t expiration() const noexcept;

    /// Questions are made first and sent after their hash was noted: the answer may come at once. Borrowed
    /// until this thread makes the next packet.
    wire::Encoder::Packet makePing(const Route& route) const;
    wire::Encoder::Packet makePong(const Route& route, const node::Hash256& pingHash,
                                   std::uint64_t expiration) const;
    wire::Encoder::Packet makeEnrRequest(std::uint64_t expiration) const;
    void send(const Route& route, wire::PacketType type, const wire::Encoder::Packet& packet,
              net::DatagramSink& sink) const;

    void pong(const Route& route, const node::Hash256& pingHash, std::uint64_t expiration,
              net::DatagramSink& sink) const;
    void findNode(const Route& route, const node::PublicKey& target, std::uint64_t expiration,
                  net::DatagramSink& sink) const;
    /// Any number of nodes, in as many datagrams as it takes; an empty list takes one.
    void neighbors(const Route& route, std::span<const wire::Neighbor> nodes, std::uint64_t expiration,
                   net::DatagramSink& sink) const;
    void enrResponse(const Route& route, const node::Hash256& requestHash, net::DatagramSink& sink) const;

private:
    const Clock& _clock;
    const node::LocalNode& _local;
    const PacketMetrics& _metrics;
    std::uint64_t _lifetime;
    wire::Encoder _encoder;
};

} // namespace waymark::discv4::engine
