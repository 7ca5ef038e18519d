#include "io/FamilySockets.h"

#include <algorithm>
#include <utility>

namespace waymark::discv4::io
{

namespace
{

/// How many free ports of the first family are tried for one that is free in the other, too.
constexpr int portsTried = 16;

/// Keeps packets of the socket's family in the batch that is being handled.
class RoutingSink final : public net::DatagramSink
{
public:
    RoutingSink(node::IpFamily family, net::DatagramSink& batch, net::DatagramSink& others) noexcept
        : _family(family), _batch(batch), _others(others)
    {
    }
    void send(const net::Datagram& datagram) override
    {
        (datagram.remote.ip.family() == _family ? _batch : _others).send(datagram);
    }

private:
    node::IpFamily _family;
    net::DatagramSink& _batch;
    net::DatagramSink& _others;
};

} // namespace

/// What comes in on one of several sockets.
class FamilySockets::Reception final : public net::DatagramConsumer
{
public:
    Reception(node::IpFamily family, net::DatagramConsumer& consumer, net::DatagramSink& others) noexcept
        : _family(family), _consumer(consumer), _others(others)
    {
    }
    bool consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept override
    {
        RoutingSink routed(_family, sink, _others);
        return _consumer.consume(datagram, routed);
    }

private:
    node::IpFamily _family;
    net::DatagramConsumer& _consumer;
    net::DatagramSink& _others;
};

Result<FamilySockets::Transports> FamilySockets::openAll(net::UdpSockets& sockets,
                                                         std::vector<net::UdpOptions> options, bool samePort)
{
    Transports opened;
    for (net::UdpOptions& one : options) {
        if (samePort && !opened.empty())
            one.listen.port = opened.front()->bound().port;
        auto transport = sockets.open(one);
        if (!transport)
            return failure(transport.error());
        opened.push_back(*std::move(transport));
    }
    return opened;
}

Result<std::unique_ptr<FamilySockets>> FamilySockets::open(net::UdpSockets& sockets,
                                                           const std::vector<net::UdpOptions>& options)
{
    const bool choosesPort =
        std::ranges::all_of(options, [](const net::UdpOptions& one) { return one.listen.port == 0; });
    auto opened = openAll(sockets, options, choosesPort);
    for (int tries = 1; choosesPort && !opened && tries <= portsTried; ++tries)
        if (opened.error().code == ErrorCode::conflict)
            opened = openAll(sockets, options, tries < portsTried);
    if (!opened)
        return failure(opened.error());
    return std::unique_ptr<FamilySockets>(new FamilySockets(*std::move(opened)));
}

void FamilySockets::attach(net::DatagramConsumer& consumer, int order)
{
    for (const auto& transport : _transports) {
        auto& reception = _receptions.emplace_back(
            std::make_unique<Reception>(transport->bound().ip.family(), consumer, *this));
        _attached.push_back(transport->attach(*reception, order));
    }
}

void FamilySockets::start()
{
    for (const auto& transport : _transports)
        transport->start();
}

void FamilySockets::send(const net::Datagram& datagram)
{
    for (const auto& transport : _transports)
        if (transport->bound().ip.family() == datagram.remote.ip.family()) {
            // The transport counts what the system refuses; the protocol asks again.
            static_cast<void>(transport->send(datagram));
            return;
        }
}

std::vector<node::Endpoint> FamilySockets::bound() const
{
    std::vector<node::Endpoint> endpoints;
    for (const auto& transport : _transports)
        endpoints.push_back(transport->bound());
    return endpoints;
}

} // namespace waymark::discv4::io
