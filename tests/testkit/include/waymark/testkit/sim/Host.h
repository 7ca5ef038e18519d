#pragma once

#include <waymark/net/UdpTransport.h>
#include <waymark/testkit/sim/HostSettings.h>
#include <waymark/testkit/sim/LinkSettings.h>
#include <waymark/testkit/sim/SimClock.h>
#include <waymark/testkit/sim/SimRandom.h>
#include <waymark/testkit/sim/SimTimers.h>

#include <memory>
#include <optional>
#include <vector>

namespace waymark::testkit::sim
{

class SimNetwork;
class SimTransport;
struct Flight;

/// What a node in a SimNetwork gets for the system: sockets, clock, timers and random numbers of its own.
/// The transports that it opens behave as those of the system do, without threads: `workers` makes no
/// difference, and consume() is only called from Simulation::advance(). One thread.
class Host final : public net::UdpSockets
{
public:
    /// Made by SimNetwork::addHost().
    Host(SimNetwork& network, std::size_t number, HostSettings settings);
    ~Host() override;

    Result<std::shared_ptr<net::UdpTransport>> open(const net::UdpOptions& options) override;

    SimClock& clock() noexcept { return _clock; }
    SimTimers& timers() noexcept { return _timers; }
    SimRandom& random() noexcept { return _random; }

    /// Counted from 0 in the order of addHost().
    std::size_t number() const noexcept { return _number; }
    const HostSettings& settings() const noexcept { return _settings; }
    /// The first one.
    node::IpAddress address() const noexcept { return _settings.addresses.front(); }
    bool has(const node::IpAddress& address) const noexcept;

    /// What its side of the way does to everything that it sends or gets.
    void setOutgoing(const LinkSettings& settings) { _outgoing = settings; }
    void setIncoming(const LinkSettings& settings) { _incoming = settings; }

    /// Switched off it sends and gets nothing; its timers go on, as they belong to its software.
    void setUp(bool up) noexcept { _up = up; }
    bool isUp() const noexcept { return _up; }

    /// Its software stands still: timers are halted and sockets fill up until they overflow.
    void freeze();
    void thaw();
    bool isFrozen() const noexcept { return _frozen; }

private:
    friend class SimNetwork;
    friend class SimTransport;

    Result<void> checkFree(const node::Endpoint& listen) const;
    std::optional<std::uint16_t> ephemeralPort(const node::IpAddress& ip);
    SimTransport* socketAt(const node::Endpoint& local) noexcept;
    /// Unspecified when it has no address of the family.
    node::IpAddress sourceOf(const node::IpAddress& bound, const net::Datagram& datagram) const noexcept;
    std::uint32_t island() const noexcept;
    void close(const SimTransport& transport) noexcept;

    SimNetwork& _network;
    std::size_t _number;
    HostSettings _settings;
    SimClock _clock;
    SimTimers _timers;
    SimRandom _random;
    LinkSettings _outgoing;
    LinkSettings _incoming;
    std::vector<SimTransport*> _sockets;
    std::uint16_t _nextPort;
    Duration _lineFreeAt{0};
    Duration _busyUntil{0};
    std::uint32_t _island = 0;
    bool _up = true;
    bool _frozen = false;
};

} // namespace waymark::testkit::sim
