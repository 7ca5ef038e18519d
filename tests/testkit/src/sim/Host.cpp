#include "sim/SimTransport.h"

#include <waymark/testkit/sim/Host.h>
#include <waymark/testkit/sim/Nat.h>
#include <waymark/testkit/sim/SimNetwork.h>

#include <algorithm>
#include <string>
#include <utility>

namespace waymark::testkit::sim
{

namespace
{

constexpr std::uint16_t firstEphemeralPort = 49'152;
constexpr std::uint16_t lastEphemeralPort = 65'535;

/// Whether two sockets on one port are in each other's way.
bool overlap(const node::IpAddress& one, const node::IpAddress& other) noexcept
{
    return one == other || (one.family() == other.family() && (one.isUnspecified() || other.isUnspecified()));
}

} // namespace

Host::Host(SimNetwork& network, std::size_t number, HostSettings settings)
    : _network(network),
      _number(number),
      _settings(std::move(settings)),
      _clock(network.simulation().events()),
      _timers(network.simulation().events()),
      _random(network.simulation().random("host " + std::to_string(number))),
      _nextPort(firstEphemeralPort)
{
}

Host::~Host() = default;

bool Host::has(const node::IpAddress& address) const noexcept
{
    return std::ranges::find(_settings.addresses, address) != _settings.addresses.end();
}

std::uint32_t Host::island() const noexcept
{
    return _settings.nat != nullptr ? _settings.nat->_island : _island;
}

Result<void> Host::checkFree(const node::Endpoint& listen) const
{
    if (!listen.ip.isUnspecified() && !has(listen.ip))
        return failure(ErrorCode::invalidArgument,
                       "UDP " + listen.toString() + ": this host has no such address");
    const bool taken = std::ranges::any_of(_sockets, [&](const SimTransport* socket) {
        return socket->bound().port == listen.port && overlap(socket->bound().ip, listen.ip);
    });
    if (taken)
        return failure(ErrorCode::conflict, "UDP " + listen.toString() + " is in use on this host");
    return {};
}

std::optional<std::uint16_t> Host::ephemeralPort(const node::IpAddress& ip)
{
    for (int i = firstEphemeralPort; i <= lastEphemeralPort; ++i) {
        const std::uint16_t port = _nextPort;
        _nextPort = port == lastEphemeralPort ? firstEphemeralPort : static_cast<std::uint16_t>(port + 1);
        if (checkFree({ip, port}))
            return port;
    }
    return std::nullopt;
}

Result<std::shared_ptr<net::UdpTransport>> Host::open(const net::UdpOptions& options)
{
    if (options.workers == 0)
        return failure(ErrorCode::invalidArgument, "a UDP socket needs at least one worker");
    const auto known = std::ranges::find_if(_sockets, [&](const SimTransport* socket) {
        return options.listen.port != 0 && socket->bound() == options.listen;
    });
    if (known != _sockets.end()) {
        const net::UdpOptions& present = (*known)->options();
        if (present.workers != options.workers || present.receiveBuffer != options.receiveBuffer)
            return failure(ErrorCode::invalidArgument,
                           "UDP " + options.listen.toString() +
                               " is shared by two that ask for other numbers of workers or buffers");
        return (*known)->shared_from_this();
    }
    node::Endpoint bound = options.listen;
    if (bound.port == 0) {
        const auto port = ephemeralPort(bound.ip);
        if (!port)
            return failure(ErrorCode::conflict, "UDP " + bound.toString() + ": no port is free on this host");
        bound.port = *port;
    }
    if (auto free = checkFree(bound); !free)
        return failure(free.error());
    auto transport = std::make_shared<SimTransport>(_network, *this, options, bound);
    _sockets.push_back(transport.get());
    return transport;
}

void Host::close(const SimTransport& transport) noexcept
{
    std::erase(_sockets, &transport);
}

SimTransport* Host::socketAt(const node::Endpoint& local) noexcept
{
    SimTransport* found = nullptr;
    for (SimTransport* const socket : _sockets) {
        const node::Endpoint& bound = socket->bound();
        if (bound == local)
            return socket;
        if (bound.port == local.port && overlap(bound.ip, local.ip))
            found = socket;
    }
    return found;
}

node::IpAddress Host::sourceOf(const node::IpAddress& bound, const net::Datagram& datagram) const noexcept
{
    if (!datagram.local.isUnspecified())
        return datagram.local;
    if (!bound.isUnspecified())
        return bound;
    const auto family = datagram.remote.ip.family();
    const auto own = std::ranges::find(_settings.addresses, family, &node::IpAddress::family);
    return own != _settings.addresses.end() ? *own : node::IpAddress();
}

void Host::freeze()
{
    _frozen = true;
    _timers.halt();
}

void Host::thaw()
{
    _frozen = false;
    _timers.proceed();
    for (SimTransport* const socket : _sockets)
        socket->wake();
}

} // namespace waymark::testkit::sim
