#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>
#include <waymark/base/Subscription.h>
#include <waymark/node/Endpoint.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace waymark::net
{

/// One datagram, borrowed from its owner's buffer.
struct Datagram
{
    node::Endpoint remote; ///< who sent it, or who shall get it
    node::IpAddress local; ///< the address that it came in on or leaves from; unspecified: the system chooses
    ByteView payload;
    unsigned worker = 0; ///< which of the transport's workers received it, from 0 on
    /// Datagrams come faster than that worker handles them: what waits in its socket's buffer may be lost.
    bool isCrowded = false;
};

/// Where a consumer puts what it sends while it handles a datagram. Payloads are copied; they leave in one
/// batch after the received batch was handled, in the order in which they were put in.
class DatagramSink
{
public:
    virtual ~DatagramSink() = default;
    virtual void send(const Datagram& datagram) = 0;
};

/// A protocol on a UDP socket. Called from several workers at once; never throws.
class DatagramConsumer
{
public:
    virtual ~DatagramConsumer() = default;
    /// Handles a datagram and returns true, or returns false to leave it to the next consumer.
    virtual bool consume(const Datagram& datagram, DatagramSink& sink) noexcept = 0;
};

/// A bound UDP endpoint that one or several protocols share. Implementations: the sockets and workers of the
/// system, a simulated network. Any thread.
class UdpTransport
{
public:
    virtual ~UdpTransport() = default;

    /// Adds a consumer; lower orders are asked first. When the subscription ended, consume() is not running:
    /// that is waited for, with all that a worker has taken in at once. So no subscription of a transport may
    /// end within any consume() of it, nor under a lock that one of them takes.
    virtual Subscription attach(DatagramConsumer& consumer, int order) = 0;

    /// Starts to receive; without effect when it does already. Attach first: what nobody claims is dropped
    /// and counted.
    virtual void start() = 0;

    /// Sends one datagram from outside consume(). `unavailable` when the socket's buffer is full.
    virtual Result<void> send(const Datagram& datagram) = 0;

    /// The address as it was asked for, with the real port.
    virtual node::Endpoint bound() const = 0;
};

/// A plain socket that talks to one endpoint, as a program beside this one would. One thread.
class UdpClient
{
public:
    virtual ~UdpClient() = default;

    /// `unavailable` when the socket's buffer is full.
    virtual Result<void> send(ByteView payload) = 0;

    /// The next datagram of the endpoint, or nothing when none comes in time; borrowed until the next call.
    virtual std::optional<ByteView> receive(Duration patience) = 0;
};

struct UdpOptions
{
    node::Endpoint listen;
    unsigned workers = 1;
    std::size_t receiveBuffer = 0; ///< SO_RCVBUF in bytes; 0: the system's default
};

/// Opens transports. Two plugins that ask for the same non-zero endpoint share one; the last one to let go of
/// it closes it. Any thread.
class UdpSockets
{
public:
    static constexpr const char* serviceId = "udp-sockets";

    virtual ~UdpSockets() = default;

    /// Binds, exclusively against other processes. `conflict`: the address is in use; `permission`;
    /// `invalidArgument`: no such local address, or a shared endpoint with other options.
    virtual Result<std::shared_ptr<UdpTransport>> open(const UdpOptions& options) = 0;

    /// A socket on a free port that hears `remote` alone: to look from outside at what is served here.
    /// `unavailable` where there is no outside, as on a simulated network; `io`: the system gives no socket;
    /// `invalidArgument`: it knows no way to the endpoint.
    virtual Result<std::unique_ptr<UdpClient>> connect(const node::Endpoint& remote);
};

} // namespace waymark::net
