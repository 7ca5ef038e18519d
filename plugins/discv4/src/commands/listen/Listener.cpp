#include "commands/listen/Listener.h"

#include "wire/Frame.h"

#include <algorithm>
#include <utility>

namespace waymark::discv4
{

namespace
{

client::SystemClientPort::Options portOptions(const std::vector<node::Endpoint>& listen)
{
    constexpr int receiveBuffer = 1 << 20;
    client::SystemClientPort::Options options;
    options.receiveBuffer = receiveBuffer;
    for (const node::Endpoint& where : listen)
        (where.ip.isV4() ? options.v4 : options.v6) = where;
    return options;
}

Listener::Packet packetOf(bool isOutgoing, const node::Endpoint& remote, ByteView payload)
{
    const auto frame = wire::Frame::parse(payload);
    Listener::Packet packet{isOutgoing, frame ? wire::toString(frame->type()) : wire::toString(frame.error()),
                            remote, payload.size()};
    if (frame && !isOutgoing)
        if (const auto sender = frame->recoverSender())
            packet.sender = *sender;
    return packet;
}

} // namespace

Listener::Listener(node::SecretKey key, const Options& options)
    : _options(options),
      _local(std::move(key), options.external, _clock),
      _environment{_clock, _random, _local, _registry, _metrics, {}},
      _engine(_environment, engine::Parameters()),
      _ingress(_engine, _environment, io::IngressRates()),
      _port(portOptions(options.listen))
{
}

Listener::~Listener()
{
    _engine.stop();
}

Result<void> Listener::open()
{
    for (const node::Endpoint& where : _options.listen) {
        if (const auto opened = _port.open(where.ip.family()); !opened)
            return failure(opened.error());
        _local.bound({where.ip, _port.localPort(where.ip.family())});
    }
    return {};
}

void Listener::run(const Watchers& watchers, const toolkit::Interruption& interruption)
{
    _watchers = &watchers;
    const auto nodes = _engine.events().subscribe([&](const discovery::NodeEvent& event) {
        if (watchers.node)
            watchers.node(event);
    });
    const auto records =
        _local.recordChanged().subscribe([&](const std::shared_ptr<const node::Enr>& record) {
            if (watchers.record)
                watchers.record(*record);
        });
    _engine.start();
    _engine.setBootnodes(_options.bootnodes);
    for (auto nextTick = _clock.now();
         !interruption.requested() && (!watchers.isWanted || watchers.isWanted());) {
        if (const auto now = _clock.now(); now >= nextTick) {
            _engine.tick(*this);
            nextTick = now + engine::tickInterval;
        }
        const Duration left = std::max(nextTick - _clock.now(), Duration::zero());
        if (const auto arrival = _port.receive(left, interruption.descriptor());
            arrival && !arrival->rejection)
            receive(*arrival);
    }
    _engine.stop();
    _watchers = nullptr;
}

void Listener::receive(const client::ClientPort::Arrival& arrival)
{
    ++_packetsIn;
    if (_watchers->packet)
        _watchers->packet(packetOf(false, arrival.remote, arrival.payload));
    _ingress.consume({arrival.remote, {}, arrival.payload}, *this);
}

void Listener::send(const net::Datagram& datagram)
{
    const bool isServed = std::ranges::any_of(_options.listen, [&](const node::Endpoint& where) {
        return where.ip.family() == datagram.remote.ip.family();
    });
    if (!isServed || !_port.send(datagram.remote, datagram.payload))
        return;
    ++_packetsOut;
    if (_watchers->packet)
        _watchers->packet(packetOf(true, datagram.remote, datagram.payload));
}

} // namespace waymark::discv4
