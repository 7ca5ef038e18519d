#include "sim/SimTransport.h"

#include <waymark/testkit/sim/SimNetwork.h>

#include <algorithm>
#include <string>

namespace waymark::testkit::sim
{

namespace
{

/// The most that UDP carries over IPv4.
constexpr std::size_t longestPayload = 65'507;

tl::unexpected<Error> refusal(Fate fate, const net::Datagram& datagram)
{
    const std::string where = "UDP to " + datagram.remote.toString() + ": ";
    switch (fate) {
    case Fate::noRoute:
        return failure(ErrorCode::io, where + "this host has no such address to send from");
    case Fate::hostDown:
        return failure(ErrorCode::io, where + "this host is switched off");
    default:
        return failure(ErrorCode::unavailable, where + std::string(toString(fate)) + ", try again later");
    }
}

} // namespace

SimTransport::SimTransport(SimNetwork& network, Host& host, const net::UdpOptions& options,
                           const node::Endpoint& bound)
    : _network(network),
      _host(host),
      _options(options),
      _bound(bound),
      _room(options.receiveBuffer != 0 ? options.receiveBuffer : host.settings().receiveBuffer)
{
}

SimTransport::~SimTransport()
{
    _host.close(*this);
    _network.simulation().events().forget(*this);
    for (Flight* const flight : _waiting)
        _network.end(*flight, Fate::noSocket, &_host);
}

Subscription SimTransport::attach(net::DatagramConsumer& consumer, int order)
{
    auto slot = std::make_shared<Slot>(Slot{&consumer, order});
    auto slots = std::make_shared<Slots>(*_slots);
    slots->insert(std::ranges::upper_bound(*slots, order, {}, [](const auto& other) { return other->order; }),
                  slot);
    _slots = std::move(slots);
    return Subscription([transport = weak_from_this(), slot] {
        slot->active = false;
        if (const auto owner = transport.lock()) {
            auto rest = std::make_shared<Slots>(*owner->_slots);
            std::erase(*rest, slot);
            owner->_slots = std::move(rest);
        }
    });
}

void SimTransport::start()
{
    _started = true;
    wake();
}

Result<void> SimTransport::send(const net::Datagram& datagram)
{
    if (datagram.payload.size() > longestPayload)
        return failure(ErrorCode::tooLarge, "a UDP datagram has at most " + std::to_string(longestPayload) +
                                                " bytes, not " + std::to_string(datagram.payload.size()));
    const auto source = _host.sourceOf(_bound.ip, datagram);
    const auto refused = _network.transmit(_host, {source, _bound.port}, datagram.remote, datagram.payload);
    if (refused)
        return refusal(*refused, datagram);
    return {};
}

void SimTransport::Sink::send(const net::Datagram& datagram)
{
    // Refusals are counted by the network, as the system's transport counts them.
    static_cast<void>(_transport.send(datagram));
}

bool SimTransport::isReading() const noexcept
{
    return _started && !_host.isFrozen();
}

void SimTransport::receive(Flight& flight)
{
    const bool atOnce = isReading() && _waiting.empty() && _host.settings().serviceTime == Duration::zero();
    if (atOnce) {
        const auto alive = shared_from_this();
        _network.end(flight, consume(flight), &_host);
        return;
    }
    if (_waitingBytes + flight.payload.size() > _room) {
        _network.end(flight, Fate::receiveBufferFull, &_host);
        return;
    }
    _waiting.push_back(&flight);
    _waitingBytes += flight.payload.size();
    wake();
}

void SimTransport::wake()
{
    if (_reading || _waiting.empty() || !isReading())
        return;
    _reading = true;
    _network.simulation().events().schedule(_host._busyUntil, *this, 0);
}

void SimTransport::fire(std::uint64_t)
{
    _reading = false;
    const auto alive = shared_from_this();
    if (isReading() && !_waiting.empty() && _host._busyUntil <= _network.simulation().now())
        readNext();
    wake();
}

void SimTransport::readNext()
{
    Flight& flight = *_waiting.front();
    _waiting.pop_front();
    _waitingBytes -= flight.payload.size();
    _host._busyUntil = _network.simulation().now() + _host.settings().serviceTime;
    _network.end(flight, consume(flight), &_host);
}

Fate SimTransport::consume(const Flight& flight)
{
    const net::Datagram datagram{flight.source, flight.destination.ip, flight.payload};
    Sink sink(*this);
    const auto slots = _slots;
    const bool claimed = std::ranges::any_of(
        *slots, [&](const auto& slot) { return slot->active && slot->consumer->consume(datagram, sink); });
    return claimed ? Fate::delivered : Fate::unclaimed;
}

} // namespace waymark::testkit::sim
