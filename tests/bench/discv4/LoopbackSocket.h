#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/node/Endpoint.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace waymark::bench
{

/// One UDP socket that sends from any IPv4 address of loopback, and hears what comes back to each of them:
/// thousands of nodes without thousands of sockets. Datagrams go and come in batches, and nothing ever waits.
/// One thread.
class LoopbackSocket
{
public:
    /// Told of a datagram, borrowed, the address that it came to, and where it came from.
    using Receiver =
        std::function<void(const node::IpAddress& local, const node::Endpoint& remote, ByteView datagram)>;

    /// Throws std::system_error.
    LoopbackSocket();
    LoopbackSocket(const LoopbackSocket&) = delete;
    LoopbackSocket& operator=(const LoopbackSocket&) = delete;
    ~LoopbackSocket();

    std::uint16_t port() const noexcept { return _port; }

    /// Copies a packet of at most 1,280 bytes into the next batch, which leaves when it is full, or at
    /// flush(). False when the system did not take all of a batch.
    bool queue(const node::IpAddress& from, const node::Endpoint& to, ByteView packet) noexcept;
    bool flush() noexcept;

    /// Hands over what is there, but not without end.
    void receive(const Receiver& receiver);

private:
    struct Batch;

    int _descriptor = -1;
    std::uint16_t _port = 0;
    std::size_t _queued = 0;
    std::unique_ptr<Batch> _out;
    std::unique_ptr<Batch> _in;
};

} // namespace waymark::bench
