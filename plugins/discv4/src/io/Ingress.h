#pragma once

#include "engine/Engine.h"
#include "engine/RateLimiter.h"

#include <waymark/net/UdpTransport.h>
#include <waymark/observe/Log.h>

namespace waymark::discv4::io
{

/// How many packets a second are checked on the elliptic curve for endpoints that nobody knows.
struct IngressRates
{
    engine::Rate perAddress{50, 200};
    engine::Rate perPrefix{500, 2'000};

    friend bool operator==(const IngressRates&, const IngressRates&) = default;
};

/// The way of a datagram to the engine, in order of what the checks cost: size, hash, type, data, expiration,
/// rate, and last the elliptic curve. Whatever ends on the way has its reason counted.
///
/// Datagrams whose size or hash is not that of a discv4 packet are left to other protocols on the socket.
///
/// Packets from endpoints of proven nodes and registered peers are not limited here: their addresses can be
/// forged, and a limit would be a switch that turns them off from afar.
class Ingress final : public net::DatagramConsumer
{
public:
    Ingress(engine::Engine& engine, const engine::Environment& environment, const IngressRates& rates);

    bool consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept override;

    /// Holds from the next packet on. Any thread.
    void setRates(const IngressRates& rates) noexcept;

private:
    std::optional<wire::Drop> process(const net::Datagram& datagram, net::DatagramSink& sink);
    bool isWithinRates(const node::Endpoint& remote) noexcept;

    engine::Engine& _engine;
    const Clock& _clock;
    observe::Log _log;
    engine::RateLimiter _perAddress;
    engine::RateLimiter _perPrefix;
};

} // namespace waymark::discv4::io
