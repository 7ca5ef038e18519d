#include "net/UdpSocket.h"

#include "net/SocketAddress.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::net
{

namespace
{

constexpr std::size_t controlSize = std::max(CMSG_SPACE(sizeof(in_pktinfo)), CMSG_SPACE(sizeof(in6_pktinfo)));

/// Room for one control message, aligned as the macros want it.
struct Control
{
    alignas(cmsghdr) std::array<Byte, controlSize> bytes{};
};

bool setFlag(int descriptor, int level, int option, int value = 1) noexcept
{
    return ::setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

tl::unexpected<Error> bindFailure(const node::Endpoint& listen, int code)
{
    const std::string where = listen.toString();
    if (code == EADDRINUSE)
        return failure(ErrorCode::conflict,
                       "UDP " + where +
                           " is in use by another program, perhaps another waymarkd; stop that one (ss -ulpn "
                           "shows who it is) or choose another port (0 picks a free one)");
    if (code == EADDRNOTAVAIL)
        return failure(ErrorCode::invalidArgument,
                       "UDP " + where + ": this machine has no such address (ip address shows those it has)");
    if (code == EACCES || code == EPERM)
        return failure(ErrorCode::permission,
                       "UDP " + where +
                           ": binding is not permitted (ports below 1024 need CAP_NET_BIND_SERVICE)");
    if (code == EAFNOSUPPORT)
        return failure(ErrorCode::invalidArgument, "UDP " + where + ": this machine has no " +
                                                       (listen.ip.isV4() ? "IPv4" : "IPv6") +
                                                       "; take the address away, or switch that on");
    return failure(ErrorCode::io, "UDP " + where + ": " + std::generic_category().message(code));
}

template <class Info>
void putControl(msghdr& message, Control& control, int level, int type, const Info& info) noexcept
{
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(sizeof info);
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

/// Asks for the address that the datagram leaves from.
void chooseLocal(msghdr& message, Control& control, const node::IpAddress& local) noexcept
{
    if (local.isUnspecified())
        return;
    const ByteView bytes = local.bytes();
    if (local.isV4()) {
        in_pktinfo info{};
        std::memcpy(&info.ipi_spec_dst, bytes.data(), bytes.size());
        putControl(message, control, IPPROTO_IP, IP_PKTINFO, info);
    } else {
        in6_pktinfo info{};
        std::memcpy(&info.ipi6_addr, bytes.data(), bytes.size());
        putControl(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
}

node::IpAddress localOf(msghdr& message) noexcept
{
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
            in_pktinfo info;
            std::memcpy(&info, CMSG_DATA(header), sizeof info);
            return toIpAddress(info.ipi_spec_dst);
        }
        if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info;
            std::memcpy(&info, CMSG_DATA(header), sizeof info);
            return toIpAddress(info.ipi6_addr);
        }
    }
    return {};
}

/// One datagram on its way out; must not move once filled.
struct Outgoing
{
    SocketAddress to;
    iovec vector{};
    Control control;

    void fill(msghdr& message, const Datagram& datagram) noexcept
    {
        to = toSocketAddress(datagram.remote);
        // The system does not write through this pointer; its type only predates const.
        vector = {const_cast<Byte*>(datagram.payload.data()), datagram.payload.size()};
        message = {};
        message.msg_name = &to.storage;
        message.msg_namelen = to.length;
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        chooseLocal(message, control, datagram.local);
    }
};

} // namespace

Result<UdpSocket> UdpSocket::open(const node::Endpoint& listen, std::size_t receiveBuffer, Sharing sharing)
{
    const int family = listen.ip.isV4() ? AF_INET : AF_INET6;
    UdpSocket made(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (made._descriptor < 0)
        return bindFailure(listen, errno);
    if (auto prepared = made.prepare(listen, receiveBuffer, sharing); !prepared)
        return failure(prepared.error());
    return made;
}

Result<void> UdpSocket::prepare(const node::Endpoint& listen, std::size_t receiveBuffer, Sharing sharing)
{
    const bool tells = listen.ip.isV4() ? setFlag(_descriptor, IPPROTO_IP, IP_PKTINFO)
                                        : setFlag(_descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO) &&
                                              setFlag(_descriptor, IPPROTO_IPV6, IPV6_V6ONLY);
    if (!tells)
        return bindFailure(listen, errno);
    if (receiveBuffer > 0) {
        // More than net.core.rmem_max is cut down by the system, which is no error.
        const int size = static_cast<int>(std::min(receiveBuffer, largestReceiveBuffer));
        setFlag(_descriptor, SOL_SOCKET, SO_RCVBUF, size);
    }
    if (sharing == Sharing::sibling && !setFlag(_descriptor, SOL_SOCKET, SO_REUSEPORT))
        return bindFailure(listen, errno);
    const SocketAddress address = toSocketAddress(listen);
    if (::bind(_descriptor, address.generic(), address.length) != 0)
        return bindFailure(listen, errno);
    // Only now: with the flag set before, a second daemon would bind the same port in silence.
    if (sharing == Sharing::first && !setFlag(_descriptor, SOL_SOCKET, SO_REUSEPORT))
        return bindFailure(listen, errno);
    SocketAddress actual;
    actual.length = sizeof actual.storage;
    if (::getsockname(_descriptor, actual.generic(), &actual.length) != 0)
        return bindFailure(listen, errno);
    const auto endpoint = toEndpoint(actual.storage);
    _bound = {listen.ip, endpoint ? endpoint->port : listen.port};
    return {};
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : _descriptor(std::exchange(other._descriptor, -1)), _bound(other._bound)
{
}

UdpSocket::~UdpSocket()
{
    if (_descriptor >= 0)
        ::close(_descriptor);
}

std::size_t UdpSocket::receiveBuffer() const noexcept
{
    int doubled = 0; // the system counts its own overhead in
    socklen_t size = sizeof doubled;
    if (::getsockopt(_descriptor, SOL_SOCKET, SO_RCVBUF, &doubled, &size) != 0 || doubled < 0)
        return 0;
    return static_cast<std::size_t>(doubled) / 2;
}

std::uint32_t UdpSocket::kernelDrops() const noexcept
{
    std::array<std::uint32_t, SK_MEMINFO_VARS> counts{};
    socklen_t size = sizeof counts;
    const int told = ::getsockopt(_descriptor, SOL_SOCKET, SO_MEMINFO, counts.data(), &size);
    return told == 0 ? counts[SK_MEMINFO_DROPS] : 0;
}

Result<void> UdpSocket::send(const Datagram& datagram) const
{
    Outgoing outgoing;
    msghdr message;
    outgoing.fill(message, datagram);
    // A second try: the first may only have told of an ICMP error for an earlier packet.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (::sendmsg(_descriptor, &message, MSG_DONTWAIT) >= 0)
            return {};
        if (errno != ECONNREFUSED && errno != EINTR)
            break;
    }
    const int code = errno;
    const bool full = code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS;
    return failure(full ? ErrorCode::unavailable : ErrorCode::io,
                   "UDP to " + datagram.remote.toString() + ": " + std::generic_category().message(code));
}

std::size_t UdpSocket::send(std::span<const Datagram> datagrams) const
{
    std::size_t sent = 0;
    while (!datagrams.empty()) {
        std::array<Outgoing, batchSize> outgoing;
        std::array<mmsghdr, batchSize> messages{};
        const std::size_t count = std::min(datagrams.size(), batchSize);
        for (std::size_t i = 0; i < count; ++i)
            outgoing[i].fill(messages[i].msg_hdr, datagrams[i]);
        const int left = ::sendmmsg(_descriptor, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
        if (left < 0 && errno == EINTR)
            continue;
        if (left < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS))
            return sent; // the rest is lost, as on any full link
        // The call stops before a datagram that the system refuses; the others do not suffer for it.
        const std::size_t done = left < 0 ? 0 : static_cast<std::size_t>(left);
        sent += done;
        datagrams = datagrams.subspan(done < count ? done + 1 : count);
    }
    return sent;
}

struct ReceiveBatch::Buffers
{
    std::array<std::array<Byte, maximumDatagram>, batchSize> payloads;
    std::array<sockaddr_storage, batchSize> senders;
    std::array<iovec, batchSize> vectors;
    std::array<Control, batchSize> controls;
    std::array<mmsghdr, batchSize> messages;

    void reset() noexcept
    {
        for (std::size_t i = 0; i < batchSize; ++i) {
            vectors[i] = {payloads[i].data(), payloads[i].size()};
            messages[i] = {};
            msghdr& message = messages[i].msg_hdr;
            message.msg_name = &senders[i];
            message.msg_namelen = sizeof senders[i];
            message.msg_iov = &vectors[i];
            message.msg_iovlen = 1;
            message.msg_control = controls[i].bytes.data();
            message.msg_controllen = controls[i].bytes.size();
        }
    }
};

ReceiveBatch::ReceiveBatch() : _buffers(std::make_unique<Buffers>()) {}
ReceiveBatch::~ReceiveBatch() = default;

ReceiveBatch::Received ReceiveBatch::receive(const UdpSocket& socket,
                                             const std::function<void(Datagram&)>& handle)
{
    Received received;
    _buffers->reset();
    const int count =
        ::recvmmsg(socket.descriptor(), _buffers->messages.data(), batchSize, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
        const auto index = static_cast<std::size_t>(i);
        mmsghdr& message = _buffers->messages[index];
        ++received.datagrams;
        if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
            ++received.oversized;
            continue;
        }
        const auto remote = toEndpoint(_buffers->senders[index]);
        if (!remote)
            continue;
        Datagram datagram{*remote, localOf(message.msg_hdr),
                          ByteView(_buffers->payloads[index]).first(message.msg_len)};
        handle(datagram);
    }
    return received;
}

} // namespace waymark::net
