#pragma once

#include <cstddef>
#include <string_view>

namespace waymark::testkit::sim
{

/// What becomes of a datagram in the end.
enum class Fate
{
    delivered,         ///< a consumer took it
    unclaimed,         ///< it came to a socket where no consumer wanted it
    lost,              ///< by chance, on a link
    partitioned,       ///< the two ends cannot reach each other, or could not while it was under way
    tooLarge,          ///< over the MTU of a link
    noRoute,           ///< nobody has the address, or the sender none of that family
    hostDown,          ///< either end is switched off
    noSocket,          ///< nobody listens there, or the socket was closed before it was read
    natClosed,         ///< no mapping leads inside from that port
    natFiltered,       ///< there is a mapping, but the sender is not let in
    natFull,           ///< every port of the NAT is taken
    natHairpin,        ///< to the NAT's own address from inside, and it does not turn packets round
    sendBufferFull,    ///< the sender's line is too slow for what it sends
    receiveBufferFull, ///< the receiver is too slow for what it gets
};
inline constexpr std::size_t fateCount = 14;

/// "receive-buffer-full"; static storage.
std::string_view toString(Fate fate) noexcept;

} // namespace waymark::testkit::sim
