#pragma once

#include "engine/Engine.h"
#include "engine/RateLimiter.h"
#include "io/Bans.h"
#include "io/OwnPings.h"
#include "trace/Trace.h"

#include <waymark/net/UdpTransport.h>
#include <waymark/observe/Log.h>

#include <optional>
#include <string_view>

namespace waymark::discv4::io
{

/// How many packets a second are checked on the elliptic curve: for addresses and prefixes whose endpoints
/// nobody knows, and for each endpoint of a known node; and when an unknown address is not listened to at
/// all.
struct IngressRates
{
    engine::Rate perAddress{50, 200};
    engine::Rate perPrefix{500, 2'000};
    engine::Rate perKnown{500, 2'000};
    BanRule bans{};
    engine::Rate newcomers{1'000, 100}; ///< pings of all unknown endpoints together, while it is crowded
    std::size_t slots = engine::Parameters().rateSlots; ///< of each rate; fixed when the Ingress is made

    friend bool operator==(const IngressRates&, const IngressRates&) = default;
};

/// The way of a datagram to the engine, in order of what the checks cost: address, size, hash, type, data,
/// expiration, rate, whether anybody could be meant, and last the elliptic curve. Whatever ends on the way
/// has its reason counted.
///
/// Datagrams from addresses that this protocol does not listen to, or whose size or hash is not that of a
/// discv4 packet, are left to other protocols on the socket.
///
/// Endpoints of proven nodes and registered peers have a budget each, apart from those of strangers: nobody
/// else uses it up, and whoever forges such an endpoint costs bounded work and at most that one node.
///
/// While packets come faster than they are handled, known nodes go first: strangers' pings, each of which
/// costs as much as two of theirs, have one budget together.
class Ingress final : public net::DatagramConsumer
{
public:
    Ingress(engine::Engine& engine, const engine::Environment& environment, const IngressRates& rates);

    bool consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept override;

    /// Holds from the next packet on. Any thread.
    void setRates(const IngressRates& rates) noexcept;

    /// Takes down what comes in and what it is answered with. Call before packets come; it outlives this.
    void setTrace(trace::Trace& trace) noexcept { _trace = &trace; }

    /// Pings of this node to itself: no list, ban or limit holds them up, and the engine keeps nothing of
    /// them.
    OwnPings& ownPings() noexcept { return _ownPings; }

private:
    std::optional<wire::Drop> receive(const net::Datagram& datagram, net::DatagramSink& sink) noexcept;
    std::optional<wire::Drop> process(const net::Datagram& datagram, net::DatagramSink& sink);
    wire::Drop failed(std::string_view reason) noexcept;
    std::optional<wire::Drop> refuse(const node::Endpoint& remote, MonotonicTime now) const;
    std::optional<wire::Drop> limit(const net::Datagram& datagram, wire::PacketType type, MonotonicTime now);

    engine::Engine& _engine;
    const Clock& _clock;
    const wire::SenderRecovery& _recovery;
    observe::Log _log;
    trace::Trace* _trace = nullptr;
    OwnPings _ownPings;
    engine::RateLimiter _perAddress;
    engine::RateLimiter _perPrefix;
    engine::RateLimiter _perKnown;
    engine::RateLimiter _newcomers;
    Bans _bans;
    Subscription _gauge;
};

} // namespace waymark::discv4::io
