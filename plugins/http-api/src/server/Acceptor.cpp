#include "server/Acceptor.h"

#include "server/ListenSocket.h"

#include <Poco/Net/SocketAddress.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr int silentSeconds = 60; // of a client that gives no sign of life before it is asked for one

void setOption(int descriptor, int level, int option, int value) noexcept
{
    ::setsockopt(descriptor, level, option, &value, sizeof(value));
}

} // namespace

bool Acceptor::Accepted::exhausted() const noexcept
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

Acceptor::Acceptor(int listener, ChannelFactory channels) noexcept
    : _listener(listener), _channels(std::move(channels))
{
    ::fcntl(listener, F_SETFL, ::fcntl(listener, F_GETFL) | O_NONBLOCK);
}

Acceptor::Accepted Acceptor::accept() const
{
    sockaddr_storage storage{};
    socklen_t length = sizeof(storage);
    void* const place = &storage;
    auto* const address = static_cast<sockaddr*>(place);
    const int descriptor = ::accept4(_listener, address, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0) {
        // The system looks for a free descriptor before it looks for a connection.
        const int error = errno;
        pollfd entry{_listener, POLLIN, 0};
        return {nullptr, {}, ::poll(&entry, 1, 0) == 0 ? EAGAIN : error};
    }
    Accepted accepted;
    // Who comes over a Unix socket is on this host.
    accepted.remote = address->sa_family == AF_UNIX ? node::Endpoint{node::IpAddress::v4(127, 0, 0, 1), 0}
                                                    : toEndpoint(Poco::Net::SocketAddress(address, length));
    accepted.channel = _channels(descriptor, accepted.remote);
    if (!accepted.channel) {
        ::close(descriptor);
        return {nullptr, {}, ENOMEM};
    }
    setOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    // Streams may be silent for hours: without this, clients that vanished would stay.
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    setOption(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, silentSeconds);
    setOption(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, silentSeconds / 4);
    setOption(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 4);
    return accepted;
}

} // namespace waymark::httpapi
