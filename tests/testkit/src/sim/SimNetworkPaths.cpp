#include "sim/Flight.h"
#include "sim/Mix.h"
#include "sim/SimTransport.h"

#include <waymark/testkit/sim/SimNetwork.h>

#include <algorithm>
#include <string>

/// The way of a datagram from host to host.
namespace waymark::testkit::sim
{

namespace
{

constexpr std::size_t udpHeader = 8;
constexpr std::size_t ipv4Header = 20;
constexpr std::size_t ipv6Header = 40;

std::size_t packetSize(const Flight& flight) noexcept
{
    return flight.payload.size() + udpHeader + (flight.destination.ip.isV4() ? ipv4Header : ipv6Header);
}

std::uint64_t endpointDigest(const node::Endpoint& endpoint, std::uint64_t start) noexcept
{
    return digestOf(endpoint.ip.bytes(), start + endpoint.port);
}

} // namespace

void SimNetwork::depart(Flight& flight, const node::Endpoint& source, const node::Endpoint& destination,
                        ByteView payload)
{
    flight.source = source;
    flight.destination = destination;
    flight.payload.assign(payload.begin(), payload.end());
    Trace& trace = _simulation.trace();
    trace.add(_simulation.now(), flight.number,
              endpointDigest(source, endpointDigest(destination, digestOf(payload))));
    if (trace.hasSink())
        trace.line(_simulation.now(), '#' + std::to_string(flight.number) + ' ' + source.toString() + " > " +
                                          destination.toString() + ' ' + std::to_string(payload.size()) +
                                          " bytes");
}

std::optional<Fate> SimNetwork::transmit(Host& from, const node::Endpoint& source,
                                         const node::Endpoint& destination, ByteView payload)
{
    ++_counts.sent;
    Flight& flight = take();
    flight.from = &from;
    depart(flight, source, destination, payload);
    const auto refused = leave(from, flight);
    if (refused)
        end(flight, *refused);
    return refused;
}

void SimNetwork::inject(const node::Endpoint& source, const node::Endpoint& destination, ByteView payload)
{
    ++_counts.injected;
    Flight& flight = take();
    depart(flight, source, destination, payload);
    cross(flight, Duration::zero());
}

std::optional<Fate> SimNetwork::leave(Host& from, Flight& flight)
{
    if (!from.isUp())
        return Fate::hostDown;
    if (flight.source.ip.family() != flight.destination.ip.family() || !from.has(flight.source.ip))
        return Fate::noRoute;
    if (from.has(flight.destination.ip)) {
        goTo(flight, from, Duration::zero());
        return std::nullopt;
    }
    const auto wait = waitForLine(from, flight.payload.size());
    if (!wait)
        return Fate::sendBufferFull;
    if (from.settings().nat != nullptr && flight.source.ip.isV4()) {
        Nat& nat = *from.settings().nat;
        const auto neighbour = nat._inside.find(flight.destination.ip);
        if (neighbour != nat._inside.end()) {
            goTo(flight, *neighbour->second, *wait);
            return std::nullopt;
        }
        const auto outside = nat.outbound(flight.source, flight.destination, _simulation.now());
        if (!outside)
            return Fate::natFull;
        flight.source = *outside;
    }
    goOut(from, flight, *wait);
    return std::nullopt;
}

std::optional<Duration> SimNetwork::waitForLine(Host& from, std::size_t size)
{
    const std::uint64_t rate = from.settings().bytesPerSecond;
    if (rate == 0)
        return Duration::zero();
    constexpr double second = 1e9;
    const Duration now = _simulation.now();
    const Duration free = std::max(from._lineFreeAt, now);
    const double waiting = static_cast<double>((free - now).count()) / second * static_cast<double>(rate);
    if (waiting + static_cast<double>(size) > static_cast<double>(from.settings().sendBuffer))
        return std::nullopt;
    from._lineFreeAt = free + Duration(static_cast<Duration::rep>(size * 1'000'000'000 / rate));
    return from._lineFreeAt - now;
}

SimNetwork::Passed SimNetwork::pass(const LinkSettings& link, const Flight& flight)
{
    Passed passed;
    if (link.mtu != 0 && packetSize(flight) > link.mtu) {
        passed.ended = Fate::tooLarge;
        return passed;
    }
    if (_random.chance(link.loss)) {
        passed.ended = Fate::lost;
        return passed;
    }
    const Duration least = link.delay + distance(link, flight);
    passed.delay = least + _random.upTo(link.jitter);
    if (_random.chance(link.reordering)) {
        ++_counts.heldBack;
        passed.delay += link.holdBack;
    }
    if (_random.chance(link.duplication))
        passed.copyDelay = least + _random.upTo(link.jitter);
    return passed;
}

Duration SimNetwork::distance(const LinkSettings& link, const Flight& flight) const noexcept
{
    if (link.spread <= Duration::zero())
        return Duration::zero();
    // The sum makes both directions equally long.
    const std::uint64_t pair =
        _distances + digestOf(flight.source.ip.bytes()) + digestOf(flight.destination.ip.bytes());
    return Duration(
        static_cast<Duration::rep>(mix(pair) % (static_cast<std::uint64_t>(link.spread.count()) + 1)));
}

Flight& SimNetwork::copy(const Flight& flight)
{
    ++_counts.duplicated;
    Flight& second = take();
    second.source = flight.source;
    second.destination = flight.destination;
    second.payload.assign(flight.payload.begin(), flight.payload.end());
    second.from = flight.from;
    second.to = flight.to;
    second.sentAt = flight.sentAt;
    return second;
}

void SimNetwork::schedule(Flight& flight, Duration delay)
{
    _simulation.events().schedule(_simulation.now() + delay, *this, flight.slot);
}

void SimNetwork::goTo(Flight& flight, Host& to, Duration wait)
{
    flight.to = &to;
    schedule(flight, wait);
}

void SimNetwork::goOut(Host& from, Flight& flight, Duration wait)
{
    const Passed passed = pass(from._outgoing, flight);
    if (passed.ended) {
        end(flight, *passed.ended);
        return;
    }
    if (passed.copyDelay)
        cross(copy(flight), wait + *passed.copyDelay);
    cross(flight, wait + passed.delay);
}

void SimNetwork::cross(Flight& flight, Duration delay)
{
    if (isCut(flight)) {
        end(flight, Fate::partitioned);
        return;
    }
    const Passed passed = pass(linkBetween(flight.source.ip, flight.destination.ip), flight);
    if (passed.ended) {
        end(flight, *passed.ended);
        return;
    }
    if (passed.copyDelay)
        schedule(copy(flight), delay + *passed.copyDelay);
    schedule(flight, delay + passed.delay);
}

void SimNetwork::fire(std::uint64_t token)
{
    arrive(*_flights[static_cast<std::size_t>(token)]);
}

tl::expected<Host*, Fate> SimNetwork::receiverOf(Flight& flight)
{
    const Site* const site = siteOf(flight.destination.ip);
    if (site == nullptr)
        return tl::unexpected(Fate::noRoute);
    if (site->host != nullptr)
        return site->host;
    const Nat* const own = flight.from != nullptr ? flight.from->settings().nat : nullptr;
    if (own != nullptr && site->nat == own && !own->settings().hairpin)
        return tl::unexpected(Fate::natHairpin);
    const auto inside = site->nat->inbound(flight.source, flight.destination.port, _simulation.now());
    if (!inside)
        return tl::unexpected(inside.error());
    flight.destination = *inside;
    const auto host = site->nat->_inside.find(inside->ip);
    return host != site->nat->_inside.end() ? tl::expected<Host*, Fate>(host->second)
                                            : tl::unexpected(Fate::noRoute);
}

void SimNetwork::arrive(Flight& flight)
{
    if (isCut(flight)) {
        end(flight, Fate::partitioned, flight.to);
        return;
    }
    if (flight.to != nullptr) {
        handOver(flight, *flight.to);
        return;
    }
    const auto to = receiverOf(flight);
    if (!to) {
        end(flight, to.error());
        return;
    }
    flight.to = *to;
    const Passed passed = pass((*to)->_incoming, flight);
    if (passed.ended) {
        end(flight, *passed.ended, *to);
        return;
    }
    if (passed.copyDelay)
        schedule(copy(flight), *passed.copyDelay);
    if (passed.delay > Duration::zero())
        schedule(flight, passed.delay);
    else
        handOver(flight, **to);
}

void SimNetwork::handOver(Flight& flight, Host& to)
{
    if (!to.isUp()) {
        end(flight, Fate::hostDown, &to);
        return;
    }
    SimTransport* const socket = to.socketAt(flight.destination);
    if (socket == nullptr)
        end(flight, Fate::noSocket, &to);
    else
        socket->receive(flight);
}

} // namespace waymark::testkit::sim
