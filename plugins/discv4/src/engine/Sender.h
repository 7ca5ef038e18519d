#pragma once

#include "engine/Environment.h"
#include "engine/PacketMetrics.h"
#include "engine/Parameters.h"
#include "engine/Salts.h"
#include "wire/Encode.h"

#include <waymark/base/Subscription.h>
#include <waymark/net/UdpTransport.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>

namespace waymark::discv4::engine
{

/// The way of packets from the engine to a sink: fills in what is this node's own (endpoint, expiration, ENR
/// seq), signs, counts. Any thread, with a sink of its own.
class Sender
{
public:
    Sender(const Environment& environment, const Parameters& parameters, const PacketMetrics& metrics);
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    /// Where a packet goes, and the address that it leaves from (unspecified: the system chooses).
    struct Route
    {
        node::Endpoint to;
        node::IpAddress from;
    };

    /// Now plus the lifetime of packets, in seconds since 1970.
    std::uint64_t expiration() const noexcept { return expirationAt(_clock.unixSeconds()); }
    std::uint64_t expirationAt(std::uint64_t second) const noexcept { return second + _lifetime; }

    /// Questions are made first and sent after their hash was noted: the answer may come at once. Borrowed
    /// until this thread makes the next packet.
    wire::Encoder::Packet makePing(const Route& route) const;
    wire::Encoder::Packet makePong(const Route& route, const node::Hash256& pingHash,
                                   std::uint64_t expiration) const;
    wire::Encoder::Packet makeEnrRequest(std::uint64_t expiration) const;
    void send(const Route& route, wire::PacketType type, ByteView packet, net::DatagramSink& sink) const;

    void pong(const Route& route, const node::Hash256& pingHash, std::uint64_t expiration,
              net::DatagramSink& sink) const;
    void findNode(const Route& route, const node::PublicKey& target, std::uint64_t expiration,
                  net::DatagramSink& sink) const;
    /// Signs any number of nodes, in as many datagrams as it takes, each handed over and then borrowed no
    /// more; an empty list takes one. No two are the same, whatever is in them: each signature is another.
    template <class Take>
    void makeNeighbors(std::span<const wire::Neighbor> nodes, std::uint64_t expiration, Take&& take) const
    {
        do {
            const auto part = nodes.first(std::min(nodes.size(), wire::Neighbors::maximumSent));
            take(_freshEncoder.encode(part, expiration).bytes);
            nodes = nodes.subspan(part.size());
        } while (!nodes.empty());
    }
    void neighbors(const Route& route, std::span<const wire::Neighbor> nodes, std::uint64_t expiration,
                   net::DatagramSink& sink) const;
    void enrResponse(const Route& route, const node::Hash256& requestHash, net::DatagramSink& sink) const;

private:
    void learn(std::uint64_t recordSeq) noexcept;

    const Clock& _clock;
    node::LocalNode& _local;
    const PacketMetrics& _metrics;
    /// The seq of this node's record, so that packets take no lock for it.
    std::atomic<std::uint64_t> _recordSeq{0};
    Subscription _recordChanges;
    std::uint64_t _lifetime;
    mutable Salts _salts;
    wire::Encoder _encoder;
    wire::Encoder _freshEncoder; ///< signs equal content differently each time
};

} // namespace waymark::discv4::engine
