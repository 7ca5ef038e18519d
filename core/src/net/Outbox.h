#pragma once

#include "net/UdpSocket.h"

#include <waymark/net/UdpTransport.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace waymark::net
{

/// Keeps what consumers send until the batch that they handle is over. For one thread.
class Outbox final : public DatagramSink
{
public:
    /// Copies the payload. Without memory nothing of the datagram is kept.
    void send(const Datagram& datagram) override;

    /// All that is kept, in order; borrowed until the next call.
    std::span<const Datagram> datagrams() noexcept;

    /// How many were put in and how many left. Takes no memory.
    std::pair<std::size_t, std::size_t> flush(const UdpSocket& socket);

private:
    std::vector<Datagram> _datagrams; ///< payloads have their size alone until datagrams() places them
    Bytes _bytes;                     ///< of all payloads, one after the other
};

} // namespace waymark::net
