#pragma once

#include <waymark/base/Subscription.h>
#include <waymark/net/UdpTransport.h>

#include <memory>
#include <vector>

namespace waymark::discv4::io
{

/// The sockets of one node, at most one of each address family, all bound or none. As a sink it sends at
/// once, from the socket of the receiver's family; what has none is dropped. Any thread, but for attach(),
/// start() and the end.
class FamilySockets final : public net::DatagramSink
{
public:
    /// Binds all of them. Where several ask for port 0 they get the same one where that is free in every
    /// family, and one each otherwise. Errors as of net::UdpSockets::open().
    static Result<std::unique_ptr<FamilySockets>> open(net::UdpSockets& sockets,
                                                       const std::vector<net::UdpOptions>& options);

    /// Hands what comes in on any of them to `consumer`. What that sends leaves in the batch of its worker,
    /// or at once where it goes to the other family.
    void attach(net::DatagramConsumer& consumer, int order);
    /// When it returns, the consumer is not running. What is sent still leaves.
    void detach() noexcept { _attached.clear(); }
    /// Starts to receive.
    void start();

    void send(const net::Datagram& datagram) override;

    /// With the real ports, in the order in which they were asked for.
    std::vector<node::Endpoint> bound() const;

private:
    class Reception;
    using Transports = std::vector<std::shared_ptr<net::UdpTransport>>;

    explicit FamilySockets(Transports transports) : _transports(std::move(transports)) {}
    static Result<Transports> openAll(net::UdpSockets& sockets, std::vector<net::UdpOptions> options,
                                      bool samePort);

    Transports _transports;
    std::vector<std::unique_ptr<net::DatagramConsumer>> _receptions;
    std::vector<Subscription> _attached;
};

} // namespace waymark::discv4::io
