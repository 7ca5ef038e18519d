#include "server/ListenSocket.h"

#include <waymark/plugin/Plugin.h>

#include <Poco/Net/NetException.h>

#include <cerrno>
#include <system_error>

namespace waymark::httpapi
{

namespace
{

constexpr int backlog = 1024;

Poco::Net::SocketAddress toPoco(const node::Endpoint& where)
{
    return {
        Poco::Net::IPAddress(where.ip.bytes().data(), static_cast<poco_socklen_t>(where.ip.bytes().size())),
        where.port};
}

} // namespace

ListenSocket::ListenSocket(const node::Endpoint& where)
{
    // SO_REUSEADDR only: it lets a restarted server bind while old connections time out. SO_REUSEPORT, which
    // Poco adds by itself when it is not asked, would let a second daemon take half of the connections.
    constexpr bool reuseAddress = true;
    constexpr bool reusePort = false;
    constexpr bool v6Only = false;
    try {
        if (where.ip.isV6())
            bind6(toPoco(where), reuseAddress, reusePort, v6Only);
        else
            bind(toPoco(where), reuseAddress, reusePort);
        listen(backlog);
    } catch (const Poco::Exception& problem) {
        const std::string place = "http-api.listen = " + where.toString();
        if (problem.code() == EADDRINUSE)
            throw plugin::StartError(
                plugin::ExitCode::unavailable,
                place + ": the port is in use, perhaps by another waymarkd; stop that one (ss -tlpn "
                        "shows who it is) or choose another port (0 picks a free one)");
        throw plugin::StartError(plugin::ExitCode::unavailable,
                                 place + ": cannot be bound (" +
                                     std::generic_category().message(problem.code()) +
                                     "); take an address of this machine (ip address shows them, 0.0.0.0 and "
                                     "[::] are all of them) and a port that it may have");
    }
}

node::Endpoint ListenSocket::bound() const
{
    return toEndpoint(address());
}

node::Endpoint toEndpoint(const Poco::Net::SocketAddress& address)
{
    const auto host = address.host();
    const void* const raw = host.addr();
    const ByteView bytes{static_cast<const Byte*>(raw), static_cast<std::size_t>(host.length())};
    return {node::IpAddress::fromBytes(bytes).value_or(node::IpAddress()), address.port()};
}

} // namespace waymark::httpapi
