#include "net/SystemUdpClient.h"

#include "net/SocketAddress.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace waymark::net
{

namespace
{

tl::unexpected<Error> refusal(const node::Endpoint& remote, int code)
{
    const bool full = code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS;
    return failure(full ? ErrorCode::unavailable : ErrorCode::io,
                   "UDP to " + remote.toString() + ": " + std::generic_category().message(code));
}

timespec toTimespec(Duration duration) noexcept
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return {seconds.count(), (duration - seconds).count()};
}

} // namespace

SystemUdpClient::SystemUdpClient(int descriptor, const node::Endpoint& remote) noexcept
    : _descriptor(descriptor), _remote(remote)
{
}

SystemUdpClient::~SystemUdpClient()
{
    ::close(_descriptor);
}

Result<std::unique_ptr<SystemUdpClient>> SystemUdpClient::open(const node::Endpoint& remote)
{
    const int family = remote.ip.isV4() ? AF_INET : AF_INET6;
    const auto refused = [&](ErrorCode code) {
        return failure(code, "UDP to " + remote.toString() + ": " + std::generic_category().message(errno));
    };
    const int descriptor = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return refused(ErrorCode::io);
    std::unique_ptr<SystemUdpClient> client(new SystemUdpClient(descriptor, remote));
    const SocketAddress address = toSocketAddress(remote);
    if (::connect(descriptor, address.generic(), address.length) != 0)
        return refused(ErrorCode::invalidArgument);
    return client;
}

Result<void> SystemUdpClient::send(ByteView payload)
{
    // A second try: the first may only have told of an ICMP error for an earlier packet.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (::send(_descriptor, payload.data(), payload.size(), 0) >= 0)
            return {};
        if (errno != ECONNREFUSED && errno != EINTR)
            break;
    }
    return refusal(_remote, errno);
}

std::optional<ByteView> SystemUdpClient::receive(Duration patience)
{
    pollfd watched{_descriptor, POLLIN, 0};
    const timespec longest = toTimespec(std::max(patience, Duration::zero()));
    if (::ppoll(&watched, 1, &longest, nullptr) <= 0)
        return std::nullopt;
    const ssize_t size = ::recv(_descriptor, _buffer.data(), _buffer.size(), MSG_DONTWAIT);
    if (size < 0)
        return std::nullopt;
    return ByteView(_buffer).first(static_cast<std::size_t>(size));
}

} // namespace waymark::net
