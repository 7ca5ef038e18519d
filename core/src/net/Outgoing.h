#pragma once

#include "net/SocketAddress.h"

#include <waymark/net/UdpTransport.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <span>
#include <sys/socket.h>

namespace waymark::net
{

/// How many of the first datagrams may leave as one message: to one place, one after the other in memory, of
/// one size but for a shorter last one. The way through the system is a good part of what an answer costs,
/// and is gone once for all of them; what comes out of it are the very same datagrams (UDP_SEGMENT, udp(7),
/// Linux 4.18). At least 1 unless there are none.
std::size_t runLength(std::span<const Datagram> datagrams) noexcept;

/// One message on its way out; must not move once filled.
class Outgoing
{
public:
    /// Of datagrams that are a run, and stay where they are until the message was sent.
    void fill(msghdr& message, std::span<const Datagram> run) noexcept;

    std::size_t datagrams() const noexcept { return _datagrams; }

private:
    static constexpr std::size_t controlSize =
        std::max(CMSG_SPACE(sizeof(in_pktinfo)), CMSG_SPACE(sizeof(in6_pktinfo))) +
        CMSG_SPACE(sizeof(std::uint16_t));

    SocketAddress _to;
    iovec _vector{};
    std::size_t _datagrams = 0;
    /// Aligned as the macros want it.
    alignas(cmsghdr) std::array<Byte, controlSize> _control;
};

} // namespace waymark::net
