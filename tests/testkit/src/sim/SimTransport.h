#pragma once

#include "sim/Flight.h"

#include <waymark/net/UdpTransport.h>
#include <waymark/testkit/sim/EventQueue.h>
#include <waymark/testkit/sim/Fate.h>

#include <deque>
#include <memory>
#include <vector>

namespace waymark::testkit::sim
{

class SimNetwork;

/// A bound socket of a Host.
class SimTransport final : public net::UdpTransport,
                           public std::enable_shared_from_this<SimTransport>,
                           private EventHandler
{
public:
    SimTransport(SimNetwork& network, Host& host, const net::UdpOptions& options,
                 const node::Endpoint& bound);
    ~SimTransport() override;
    SimTransport(const SimTransport&) = delete;
    SimTransport& operator=(const SimTransport&) = delete;

    Subscription attach(net::DatagramConsumer& consumer, int order) override;
    void start() override;
    Result<void> send(const net::Datagram& datagram) override;
    node::Endpoint bound() const override { return _bound; }

    const net::UdpOptions& options() const noexcept { return _options; }

    /// A datagram came to the host.
    void receive(Flight& flight);
    /// The host's software goes on.
    void wake();

private:
    struct Slot
    {
        net::DatagramConsumer* consumer;
        int order;
        bool active = true;
    };
    /// What consumers send leaves at once: it arrives in a later event.
    class Sink final : public net::DatagramSink
    {
    public:
        explicit Sink(SimTransport& transport) noexcept : _transport(transport) {}
        void send(const net::Datagram& datagram) override;

    private:
        SimTransport& _transport;
    };
    using Slots = std::vector<std::shared_ptr<Slot>>;

    void fire(std::uint64_t token) override;
    bool isReading() const noexcept;
    void readNext();
    Fate consume(const Flight& flight);

    SimNetwork& _network;
    Host& _host;
    net::UdpOptions _options;
    node::Endpoint _bound;
    std::size_t _room; ///< of the receive buffer in bytes
    std::shared_ptr<const Slots> _slots = std::make_shared<Slots>();
    std::deque<Flight*> _waiting;
    std::size_t _waitingBytes = 0;
    bool _started = false;
    bool _reading = false; ///< an event is scheduled
};

} // namespace waymark::testkit::sim
