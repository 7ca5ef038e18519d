#pragma once

#include <waymark/node/Endpoint.h>

#include <Poco/Net/ServerSocket.h>

namespace waymark::httpapi
{

/// The listening socket.
class ListenSocket : public Poco::Net::ServerSocket
{
public:
    /// Binds and listens. The port is this socket's alone, yet free for a new server at once after a restart.
    /// Throws plugin::StartError, code unavailable, when somebody else has the port or it cannot be bound.
    explicit ListenSocket(const node::Endpoint& where);

    /// Where it is bound, with the real port.
    node::Endpoint bound() const;
};

/// The library's address as ours; IPv4-mapped IPv6 becomes IPv4.
node::Endpoint toEndpoint(const Poco::Net::SocketAddress& address);

} // namespace waymark::httpapi
