#include "discv4/LoopbackSocket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace waymark::bench
{

namespace
{

constexpr std::size_t batchSize = 64;
constexpr std::size_t largestPacket = 1'280;
constexpr int bufferSize = 8 << 20; ///< bytes that may wait in the socket

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

node::IpAddress addressFrom(const in_addr& address)
{
    const std::uint32_t ip = ntohl(address.s_addr);
    return node::IpAddress::v4(static_cast<Byte>(ip >> 24U), static_cast<Byte>(ip >> 16U),
                               static_cast<Byte>(ip >> 8U), static_cast<Byte>(ip));
}

in_addr addressOf(const node::IpAddress& ip)
{
    const auto bytes = ip.bytes();
    in_addr address{};
    std::memcpy(&address, bytes.data(), sizeof address);
    return address;
}

} // namespace

struct LoopbackSocket::Batch
{
    struct alignas(cmsghdr) Control
    {
        std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> bytes;
    };

    std::array<mmsghdr, batchSize> headers{};
    std::array<iovec, batchSize> parts{};
    std::array<sockaddr_in, batchSize> remotes{};
    std::array<Control, batchSize> controls{};
    std::array<std::array<Byte, largestPacket>, batchSize> packets{};

    Batch()
    {
        for (std::size_t i = 0; i < batchSize; ++i) {
            parts[i] = {packets[i].data(), packets[i].size()};
            msghdr& header = headers[i].msg_hdr;
            header.msg_iov = &parts[i];
            header.msg_iovlen = 1;
            header.msg_name = &remotes[i];
            header.msg_control = controls[i].bytes.data();
            prepare(i);
        }
    }

    /// What the system changed when it received.
    void prepare(std::size_t i)
    {
        headers[i].msg_hdr.msg_namelen = sizeof remotes[i];
        headers[i].msg_hdr.msg_controllen = controls[i].bytes.size();
    }

    void fill(std::size_t i, const node::IpAddress& from, const node::Endpoint& to, ByteView packet)
    {
        remotes[i].sin_family = AF_INET;
        remotes[i].sin_port = htons(to.port);
        remotes[i].sin_addr = addressOf(to.ip);
        parts[i].iov_len = std::min(packet.size(), largestPacket);
        std::memcpy(packets[i].data(), packet.data(), parts[i].iov_len);
        cmsghdr* const control = CMSG_FIRSTHDR(&headers[i].msg_hdr);
        control->cmsg_level = IPPROTO_IP;
        control->cmsg_type = IP_PKTINFO;
        control->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
        in_pktinfo info{};
        info.ipi_spec_dst = addressOf(from);
        std::memcpy(CMSG_DATA(control), &info, sizeof info);
    }

    node::IpAddress localOf(std::size_t i)
    {
        cmsghdr* const control = CMSG_FIRSTHDR(&headers[i].msg_hdr);
        if (control == nullptr || control->cmsg_type != IP_PKTINFO)
            return {};
        in_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(control), sizeof info);
        return addressFrom(info.ipi_addr);
    }

    node::Endpoint remoteOf(std::size_t i) const
    {
        return {addressFrom(remotes[i].sin_addr), ntohs(remotes[i].sin_port)};
    }
};

LoopbackSocket::LoopbackSocket() : _out(std::make_unique<Batch>()), _in(std::make_unique<Batch>())
{
    _descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (_descriptor < 0)
        fail("socket");
    const int yes = 1;
    if (::setsockopt(_descriptor, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes) != 0)
        fail("IP_PKTINFO");
    // Nobody from outside is heard.
    if (::setsockopt(_descriptor, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof "lo") != 0)
        fail("SO_BINDTODEVICE");
    // As much as the system allows.
    for (const int option : {SO_RCVBUF, SO_SNDBUF})
        ::setsockopt(_descriptor, SOL_SOCKET, option, &bufferSize, sizeof bufferSize);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    socklen_t size = sizeof any;
    auto* const address = reinterpret_cast<sockaddr*>(&any); // as the sockets API wants it
    if (::bind(_descriptor, address, size) != 0 || ::getsockname(_descriptor, address, &size) != 0)
        fail("bind");
    _port = ntohs(any.sin_port);
}

LoopbackSocket::~LoopbackSocket()
{
    ::close(_descriptor);
}

bool LoopbackSocket::queue(const node::IpAddress& from, const node::Endpoint& to, ByteView packet) noexcept
{
    _out->fill(_queued, from, to, packet);
    return ++_queued < batchSize || flush();
}

bool LoopbackSocket::flush() noexcept
{
    std::size_t sent = 0;
    while (sent < _queued) {
        const int count =
            ::sendmmsg(_descriptor, &_out->headers[sent], static_cast<unsigned>(_queued - sent), 0);
        if (count <= 0)
            break;
        sent += static_cast<std::size_t>(count);
    }
    const bool all = sent == _queued;
    _queued = 0;
    return all;
}

void LoopbackSocket::receive(const Receiver& receiver)
{
    constexpr int mostBatches = 8;
    for (int batch = 0; batch < mostBatches; ++batch) {
        for (std::size_t i = 0; i < batchSize; ++i)
            _in->prepare(i);
        const int count = ::recvmmsg(_descriptor, _in->headers.data(), batchSize, MSG_DONTWAIT, nullptr);
        if (count <= 0)
            return;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
            receiver(_in->localOf(i), _in->remoteOf(i),
                     ByteView(_in->packets[i]).first(_in->headers[i].msg_len));
        if (static_cast<std::size_t>(count) < batchSize)
            return;
    }
}

} // namespace waymark::bench
