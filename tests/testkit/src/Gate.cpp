#include <waymark/testkit/Gate.h>

#include <utility>

namespace waymark::testkit
{

namespace
{

/// Sends a copy of the datagram when the gate opens; false when it is open.
bool holdBack(const Gate& gate, const net::Datagram& datagram, std::weak_ptr<net::UdpTransport> transport)
{
    return gate.hold([kept = datagram, payload = Bytes(datagram.payload.begin(), datagram.payload.end()),
                      transport = std::move(transport)]() mutable {
        kept.payload = payload;
        if (const auto open = transport.lock())
            static_cast<void>(open->send(kept));
    });
}

/// Sends what a consumer answers, unless the gate was closed or cut meanwhile.
class GatedSink final : public net::DatagramSink
{
public:
    GatedSink(net::DatagramSink& sink, const Gate& gate, const std::weak_ptr<net::UdpTransport>& transport)
        : _sink(sink), _gate(gate), _transport(transport)
    {
    }
    void send(const net::Datagram& datagram) override
    {
        if (!holdBack(_gate, datagram, _transport))
            _sink.send(datagram);
    }

private:
    net::DatagramSink& _sink;
    const Gate& _gate;
    const std::weak_ptr<net::UdpTransport>& _transport;
};

class GatedConsumer final : public net::DatagramConsumer
{
public:
    GatedConsumer(net::DatagramConsumer& consumer, const Gate& gate,
                  std::weak_ptr<net::UdpTransport> transport)
        : _consumer(consumer), _gate(gate), _transport(std::move(transport))
    {
    }
    bool consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept override
    {
        if (!_gate.pass())
            return true;
        GatedSink gated(sink, _gate, _transport);
        return _consumer.consume(datagram, gated);
    }

private:
    net::DatagramConsumer& _consumer;
    const Gate& _gate;
    std::weak_ptr<net::UdpTransport> _transport;
};

class GatedTransport final : public net::UdpTransport
{
public:
    GatedTransport(std::shared_ptr<net::UdpTransport> transport, const Gate& gate)
        : _transport(std::move(transport)), _gate(gate)
    {
    }

    Subscription attach(net::DatagramConsumer& consumer, int order) override
    {
        auto gated = std::make_shared<GatedConsumer>(consumer, _gate, _transport);
        auto attached = std::make_shared<Subscription>(_transport->attach(*gated, order));
        return Subscription([gated, attached] { attached->reset(); });
    }
    void start() override { _transport->start(); }
    Result<void> send(const net::Datagram& datagram) override
    {
        return holdBack(_gate, datagram, _transport) ? Result<void>() : _transport->send(datagram);
    }
    node::Endpoint bound() const override { return _transport->bound(); }

private:
    std::shared_ptr<net::UdpTransport> _transport;
    const Gate& _gate;
};

} // namespace

void Gate::enter(State state)
{
    std::vector<std::function<void()>> released;
    {
        const std::lock_guard lock(_mutex);
        if (_state == State::cut)
            return;
        _state = state;
        if (state != State::closed)
            released.swap(_held);
    }
    _changed.notify_all();
    if (state == State::open)
        for (const auto& action : released)
            action();
}

void Gate::close()
{
    enter(State::closed);
}

void Gate::open()
{
    enter(State::open);
}

void Gate::cut()
{
    enter(State::cut);
}

bool Gate::pass() const
{
    std::unique_lock lock(_mutex);
    _changed.wait(lock, [this] { return _state != State::closed; });
    return _state == State::open;
}

bool Gate::hold(std::function<void()> action) const
{
    const std::lock_guard lock(_mutex);
    if (_state == State::closed)
        _held.push_back(std::move(action));
    return _state != State::open;
}

bool Gate::isCut() const
{
    const std::lock_guard lock(_mutex);
    return _state == State::cut;
}

std::function<void()> GatedTimers::behindGate(std::function<void()> function) const
{
    return [this, function = std::move(function)] {
        if (_gate.pass())
            function();
    };
}

Subscription GatedTimers::after(Duration delay, std::function<void()> function)
{
    return _timers.after(delay, behindGate(std::move(function)));
}

Subscription GatedTimers::every(Duration interval, std::function<void()> function)
{
    return _timers.every(interval, behindGate(std::move(function)));
}

Result<std::shared_ptr<net::UdpTransport>> GatedSockets::open(const net::UdpOptions& options)
{
    auto opened = _sockets.open(options);
    if (!opened)
        return failure(std::move(opened.error()));
    return std::make_shared<GatedTransport>(*std::move(opened), _gate);
}

Result<std::unique_ptr<net::UdpClient>> GatedSockets::connect(const node::Endpoint& remote)
{
    return _sockets.connect(remote);
}

} // namespace waymark::testkit
