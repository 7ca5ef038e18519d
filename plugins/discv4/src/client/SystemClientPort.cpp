#include "client/SystemClientPort.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

namespace waymark::discv4::client
{

namespace
{

using Poco::Net::SocketAddress;

SocketAddress toAddress(const node::Endpoint& endpoint)
{
    const ByteView bytes = endpoint.ip.bytes();
    return {Poco::Net::IPAddress(bytes.data(), static_cast<poco_socklen_t>(bytes.size())), endpoint.port};
}

/// A sender in the system's form, large enough for both families.
struct Sender
{
    sockaddr_storage storage{};

    sockaddr* generic() noexcept { return static_cast<sockaddr*>(static_cast<void*>(&storage)); }
    std::optional<node::Endpoint> endpoint(socklen_t length)
    {
        if (length == 0 || (storage.ss_family != AF_INET && storage.ss_family != AF_INET6))
            return std::nullopt;
        const SocketAddress address(generic(), length);
        const auto host = address.host();
        const auto ip = node::IpAddress::fromBytes(
            {static_cast<const Byte*>(host.addr()), static_cast<std::size_t>(host.length())});
        return ip ? std::optional(node::Endpoint{*ip, address.port()}) : std::nullopt;
    }
};

ClientPort::Rejection rejectionOf(int code)
{
    const std::string reason = std::generic_category().message(code);
    const bool noWay = code == EHOSTUNREACH || code == ENETUNREACH || code == ENETDOWN;
    return {noWay ? Trouble::unreachable : Trouble::notSent, reason};
}

timespec toTimespec(Duration duration) noexcept
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return {seconds.count(), (duration - seconds).count()};
}

/// The code that a rejected datagram came back with; 0 when the message tells none.
int rejectionCode(msghdr& message) noexcept
{
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        const bool tells = (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR) ||
                           (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR);
        if (!tells)
            continue;
        sock_extended_err error{};
        std::memcpy(&error, CMSG_DATA(header), sizeof error);
        // What this host says of itself comes from send() already.
        if (error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6)
            return static_cast<int>(error.ee_errno);
    }
    return 0;
}

} // namespace

Result<void> SystemClientPort::open(node::IpFamily family)
{
    Socket& socket = socketOf(family);
    if (socket)
        return {};
    const bool isV4 = family == node::IpFamily::v4;
    const node::Endpoint& where = isV4 ? _options.v4 : _options.v6;
    try {
        Poco::Net::DatagramSocket made(isV4 ? SocketAddress::IPv4 : SocketAddress::IPv6);
        if (!isV4)
            made.setOption(IPPROTO_IPV6, IPV6_V6ONLY, 1);
        made.setOption(isV4 ? IPPROTO_IP : IPPROTO_IPV6, isV4 ? IP_RECVERR : IPV6_RECVERR, 1);
        if (_options.receiveBuffer > 0)
            made.setReceiveBufferSize(_options.receiveBuffer);
        made.bind(toAddress(where));
        socket = std::move(made);
    } catch (const Poco::Exception& error) {
        return failure(ErrorCode::io, std::string("no ") + (isV4 ? "IPv4" : "IPv6") + " socket on " +
                                          where.toString() + ": " + error.displayText());
    }
    return {};
}

tl::expected<void, ClientPort::Rejection> SystemClientPort::send(const node::Endpoint& to, ByteView payload)
{
    if (const auto opened = open(to.ip.family()); !opened)
        return tl::unexpected(Rejection{Trouble::notSent, opened.error().message});
    const int descriptor = socketOf(to.ip.family())->impl()->sockfd();
    const SocketAddress address = toAddress(to);
    // Further tries: a call may only tell of an ICMP error for an earlier packet, perhaps to somebody else.
    constexpr int tries = 4;
    for (int attempt = 0; attempt < tries; ++attempt) {
        if (::sendto(descriptor, payload.data(), payload.size(), MSG_DONTWAIT, address.addr(),
                     address.length()) >= 0)
            return {};
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
            return {}; // lost, as on any full link
        if (errno != ECONNREFUSED && errno != EINTR && errno != EHOSTUNREACH && errno != ENETUNREACH)
            break;
    }
    return tl::unexpected(rejectionOf(errno));
}

std::uint16_t SystemClientPort::localPort(node::IpFamily family)
{
    return open(family) ? socketOf(family)->address().port() : std::uint16_t{0};
}

std::optional<ClientPort::Arrival> SystemClientPort::receive(Duration patience, int wake)
{
    std::array<pollfd, 3> watched{};
    watched[0] = {_v4 ? _v4->impl()->sockfd() : -1, POLLIN, 0};
    watched[1] = {_v6 ? _v6->impl()->sockfd() : -1, POLLIN, 0};
    watched[2] = {wake, POLLIN, 0};
    const timespec longest = toTimespec(std::max(patience, Duration::zero()));
    if (::ppoll(watched.data(), watched.size(), &longest, nullptr) <= 0)
        return std::nullopt;
    _v6First = !_v6First;
    for (const std::size_t turn : {std::size_t{0}, std::size_t{1}}) {
        const pollfd& socket = watched.at(_v6First ? 1 - turn : turn);
        if ((socket.revents & POLLERR) != 0)
            if (const auto rejection = takeRejection(socket.fd))
                return rejection;
        if ((socket.revents & POLLIN) != 0)
            if (const auto arrival = take(socket.fd))
                return arrival;
    }
    return std::nullopt;
}

std::optional<ClientPort::Arrival> SystemClientPort::take(int descriptor)
{
    Sender sender;
    socklen_t length = sizeof sender.storage;
    const ssize_t size =
        ::recvfrom(descriptor, _buffer.data(), _buffer.size(), MSG_DONTWAIT, sender.generic(), &length);
    if (size < 0)
        return std::nullopt;
    const auto remote = sender.endpoint(length);
    if (!remote)
        return std::nullopt;
    return Arrival{*remote, ByteView(_buffer).first(static_cast<std::size_t>(size)), std::nullopt};
}

std::optional<ClientPort::Arrival> SystemClientPort::takeRejection(int descriptor)
{
    Sender sender;
    iovec vector{_buffer.data(), _buffer.size()};
    alignas(cmsghdr) std::array<Byte, 512> control{};
    msghdr message{};
    message.msg_name = &sender.storage;
    message.msg_namelen = sizeof sender.storage;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return std::nullopt;
    const int code = rejectionCode(message);
    const auto remote = sender.endpoint(message.msg_namelen);
    if (code == 0 || code == EMSGSIZE || !remote)
        return std::nullopt;
    const auto trouble = code == ECONNREFUSED ? Trouble::refused : Trouble::unreachable;
    return Arrival{*remote, {}, Rejection{trouble, std::generic_category().message(code)}};
}

} // namespace waymark::discv4::client
