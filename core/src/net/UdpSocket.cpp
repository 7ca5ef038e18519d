#include "net/UdpSocket.h"

#include "net/Outgoing.h"
#include "net/SocketAddress.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::net
{

namespace
{

constexpr std::size_t controlSize = std::max(CMSG_SPACE(sizeof(in_pktinfo)), CMSG_SPACE(sizeof(in6_pktinfo)));

/// Room for the control message of what comes, aligned as the macros want it.
struct Control
{
    alignas(cmsghdr) std::array<Byte, controlSize> bytes{};
};

bool setFlag(int descriptor, int level, int option, int value = 1) noexcept
{
    return ::setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

bool isFull(int code) noexcept
{
    return code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS;
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
    // Before Linux 4.18 what shall be made segments of would leave as one datagram.
    _joinsRuns = setFlag(_descriptor, SOL_UDP, UDP_SEGMENT, 0);
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
    : _descriptor(std::exchange(other._descriptor, -1)), _bound(other._bound), _joinsRuns(other._joinsRuns)
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
    outgoing.fill(message, std::span(&datagram, 1));
    // A second try: the first may only have told of an ICMP error for an earlier packet.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (::sendmsg(_descriptor, &message, MSG_DONTWAIT) >= 0)
            return {};
        if (errno != ECONNREFUSED && errno != EINTR)
            break;
    }
    const int code = errno;
    return failure(isFull(code) ? ErrorCode::unavailable : ErrorCode::io,
                   "UDP to " + datagram.remote.toString() + ": " + std::generic_category().message(code));
}

UdpSocket::Progress UdpSocket::sendSome(std::span<const Datagram> datagrams) const
{
    std::array<Outgoing, batchSize> outgoing;
    std::array<mmsghdr, batchSize> messages;
    std::size_t count = 0;
    for (std::size_t put = 0; count < batchSize && put < datagrams.size(); ++count) {
        const auto rest = datagrams.subspan(put);
        outgoing[count].fill(messages[count].msg_hdr, rest.first(_joinsRuns ? runLength(rest) : 1));
        put += outgoing[count].datagrams();
    }
    const int left = ::sendmmsg(_descriptor, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    if (left < 0)
        return {0, errno, outgoing.front().datagrams()};
    Progress progress;
    for (std::size_t i = 0; i < static_cast<std::size_t>(left); ++i)
        progress.sent += outgoing[i].datagrams();
    return progress;
}

std::size_t UdpSocket::send(std::span<const Datagram> datagrams) const
{
    std::size_t sent = 0;
    while (!datagrams.empty()) {
        const Progress progress = sendSome(datagrams);
        sent += progress.sent;
        datagrams = datagrams.subspan(progress.sent);
        if (progress.error == 0 || progress.error == EINTR)
            continue; // the call stops before what the system refuses, and the next one says why
        if (isFull(progress.error))
            break; // the rest is lost, as on any full link
        // Not all that is refused together is refused alone: where segments do not fit the way, or it leads
        // through a tunnel that takes none.
        const auto refused = datagrams.first(progress.refused);
        const auto alone =
            refused.size() == 1 ? 0 : std::ranges::count_if(refused, [this](const Datagram& one) {
                return send(one).has_value();
            });
        sent += static_cast<std::size_t>(alone);
        datagrams = datagrams.subspan(refused.size());
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

    /// The first `count` of them; the system writes into those that it fills.
    void reset(std::size_t count) noexcept
    {
        for (std::size_t i = 0; i < count; ++i) {
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

ReceiveBatch::ReceiveBatch() : _buffers(std::make_unique<Buffers>())
{
    _buffers->reset(batchSize);
}
ReceiveBatch::~ReceiveBatch() = default;

ReceiveBatch::Received ReceiveBatch::receive(const UdpSocket& socket,
                                             const std::function<void(Datagram&)>& handle)
{
    Received received;
    _buffers->reset(_used);
    _used = batchSize; // whatever becomes of it
    const int count =
        ::recvmmsg(socket.descriptor(), _buffers->messages.data(), batchSize, MSG_DONTWAIT, nullptr);
    if (count >= 0)
        _used = static_cast<std::size_t>(count);
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
