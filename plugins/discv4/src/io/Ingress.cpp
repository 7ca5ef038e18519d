#include "io/Ingress.h"

#include "engine/Reach.h"
#include "trace/Exchange.h"
#include "wire/Frame.h"

#include <exception>

namespace waymark::discv4::io
{

using wire::Drop;

namespace
{

/// Whether a datagram may be another protocol's.
bool isForeign(Drop reason) noexcept
{
    return reason == Drop::denied || reason == Drop::banned || reason == Drop::tooShort ||
           reason == Drop::tooLong || reason == Drop::badHash;
}

} // namespace

Ingress::Ingress(engine::Engine& engine, const engine::Environment& environment, const IngressRates& rates)
    : _engine(engine),
      _clock(environment.clock),
      _recovery(environment.recovery),
      _log(environment.log),
      _perAddress(environment.random.next64(), rates.perAddress, rates.slots),
      _perPrefix(environment.random.next64(), rates.perPrefix, rates.slots),
      _perKnown(environment.random.next64(), rates.perKnown, rates.slots),
      _newcomers(environment.random.next64(), rates.newcomers, 1),
      _bans(environment.random.next64(), rates.bans, environment.clock.now()),
      _gauge(environment.metrics.sampled("waymark_discv4_banned_addresses",
                                         "Addresses that are not listened to because they flooded", {},
                                         [this] { return static_cast<double>(_bans.count(_clock.now())); }))
{
}

void Ingress::setRates(const IngressRates& rates) noexcept
{
    _perAddress.setRate(rates.perAddress);
    _perPrefix.setRate(rates.perPrefix);
    _perKnown.setRate(rates.perKnown);
    _newcomers.setRate(rates.newcomers);
    _bans.setRule(rates.bans);
}

bool Ingress::consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept
{
    std::optional<Drop> dropped;
    if (_trace != nullptr && _trace->isOn()) {
        trace::Exchange exchange(datagram, sink, *_trace);
        dropped = receive(datagram, exchange);
        exchange.end(dropped);
    } else {
        dropped = receive(datagram, sink);
    }
    return !dropped || !isForeign(*dropped);
}

std::optional<Drop> Ingress::receive(const net::Datagram& datagram, net::DatagramSink& sink) noexcept
{
    std::optional<Drop> dropped;
    try {
        dropped = process(datagram, sink);
    } catch (const std::exception& error) {
        dropped = failed(error.what());
    } catch (...) {
        dropped = failed("not a standard exception");
    }
    if (dropped)
        _engine.metrics().dropped(*dropped);
    return dropped;
}

Drop Ingress::failed(std::string_view reason) noexcept
{
    try {
        _log.limited(observe::LogLevel::error, "discv4.packet_failed", {{"error", reason}},
                     "A packet could not be handled; please report this.");
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // Without memory nothing can be said; the packet is counted all the same.
    }
    return Drop::internalError;
}

std::optional<Drop> Ingress::refuse(const node::Endpoint& remote, MonotonicTime now) const
{
    if (!_engine.permits(remote.ip))
        return Drop::denied;
    if (_bans.isBanned(remote.ip, now) && !_engine.isKnown(remote))
        return Drop::banned;
    return std::nullopt;
}

std::optional<Drop> Ingress::limit(const net::Datagram& datagram, wire::PacketType type, MonotonicTime now)
{
    const node::Endpoint& remote = datagram.remote;
    if (_engine.isKnown(remote))
        return _perKnown.allow(remote, now) ? std::nullopt : std::optional(Drop::knownLimited);
    const bool isWithin =
        _perAddress.allow(remote.ip, now) && _perPrefix.allow(engine::prefixOf(remote.ip), now);
    if (isWithin) {
        const bool mustWait =
            datagram.isCrowded && type == wire::PacketType::ping && !_newcomers.allow(node::IpAddress(), now);
        return mustWait ? std::optional(Drop::crowded) : std::nullopt;
    }
    if (_bans.refused(remote.ip, now))
        _log.limited(observe::LogLevel::warning, "discv4.banned", {{"address", remote.ip.toString()}},
                     "Too many packets came from an address that proved nothing; it is not listened to for "
                     "discv4.ban-time.");
    return Drop::rateLimited;
}

std::optional<Drop> Ingress::process(const net::Datagram& datagram, net::DatagramSink& sink)
{
    const bool isOwn = _ownPings.contains(datagram.payload);
    // The clocks are read once for each packet: where the system has none that is cheap, that is a call.
    const MonotonicTime now = _clock.now();
    if (const auto refused = isOwn ? std::nullopt : refuse(datagram.remote, now))
        return refused;
    const auto frame = wire::Frame::parse(datagram.payload);
    if (!frame)
        return frame.error();
    const auto message = frame->decode();
    if (!message)
        return message.error();
    const std::uint64_t second = _clock.unixSeconds();
    if (wire::isExpired(*message, second))
        return Drop::expired;
    if (const auto limited = isOwn ? std::nullopt : limit(datagram, frame->type(), now))
        return limited;
    if (const auto refused = _engine.refuseFromAnyone(*message, datagram.remote.ip, now))
        return refused;
    const auto sender = frame->recoverSender(_recovery);
    if (!sender)
        return sender.error();
    const engine::VerifiedPacket packet{*sender,         sender->nodeId(), frame->hash(),   *message,
                                        datagram.remote, datagram.local,   datagram.worker, now,
                                        second};
    if (_ownPings.isSigner(*sender)) {
        _ownPings.received(frame->hash(), datagram.worker);
        _engine.answerOwn(packet, sink);
        return std::nullopt;
    }
    _engine.metrics().received(frame->type());
    return _engine.handle(packet, sink);
}

} // namespace waymark::discv4::io
