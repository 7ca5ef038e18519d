#include "net/Outgoing.h"

#include <cstring>
#include <netinet/udp.h>

namespace waymark::net
{

namespace
{

constexpr std::size_t mostInARun = 16;
constexpr std::size_t mostBytes = 60'000; ///< a message has the size of one IP packet at the most

/// Puts control messages one behind the other.
class Controls
{
public:
    Controls(msghdr& message, std::span<Byte> room) noexcept : _message(message)
    {
        std::ranges::fill(room, Byte{0});
        message.msg_control = room.data();
        message.msg_controllen = room.size();
        _next = CMSG_FIRSTHDR(&message);
    }

    template <class Content>
    void put(int level, int type, const Content& content) noexcept
    {
        _next->cmsg_level = level;
        _next->cmsg_type = type;
        _next->cmsg_len = CMSG_LEN(sizeof content);
        std::memcpy(CMSG_DATA(_next), &content, sizeof content);
        _size += CMSG_SPACE(sizeof content);
        _next = CMSG_NXTHDR(&_message, _next);
    }

    void finish() noexcept
    {
        _message.msg_controllen = _size;
        if (_size == 0)
            _message.msg_control = nullptr;
    }

private:
    msghdr& _message;
    cmsghdr* _next;
    std::size_t _size = 0;
};

/// Asks for the address that the datagram leaves from.
void chooseLocal(Controls& controls, const node::IpAddress& local) noexcept
{
    if (local.isUnspecified())
        return;
    const ByteView bytes = local.bytes();
    if (local.isV4()) {
        in_pktinfo info{};
        std::memcpy(&info.ipi_spec_dst, bytes.data(), bytes.size());
        controls.put(IPPROTO_IP, IP_PKTINFO, info);
    } else {
        in6_pktinfo info{};
        std::memcpy(&info.ipi6_addr, bytes.data(), bytes.size());
        controls.put(IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
}

} // namespace

std::size_t runLength(std::span<const Datagram> datagrams) noexcept
{
    std::size_t length = 0;
    std::size_t bytes = 0;
    for (const Datagram& datagram : datagrams) {
        const Datagram& first = datagrams.front();
        const ByteView payload = datagram.payload;
        const bool fits = length < mostInARun && bytes + payload.size() <= mostBytes && !payload.empty() &&
                          payload.size() <= first.payload.size() && datagram.remote == first.remote &&
                          datagram.local == first.local && payload.data() == first.payload.data() + bytes;
        if (length > 0 && !fits)
            break;
        ++length;
        bytes += payload.size();
        if (payload.size() < first.payload.size())
            break; // the last one
    }
    return length;
}

void Outgoing::fill(msghdr& message, std::span<const Datagram> run) noexcept
{
    const Datagram& first = run.front();
    std::size_t size = 0;
    for (const Datagram& datagram : run)
        size += datagram.payload.size();
    _datagrams = run.size();
    _to = toSocketAddress(first.remote);
    // The system does not write through this pointer; its type only predates const.
    _vector = {const_cast<Byte*>(first.payload.data()), size};
    message = {};
    message.msg_name = &_to.storage;
    message.msg_namelen = _to.length;
    message.msg_iov = &_vector;
    message.msg_iovlen = 1;
    Controls controls(message, _control);
    chooseLocal(controls, first.local);
    if (run.size() > 1)
        controls.put(SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(first.payload.size()));
    controls.finish();
}

} // namespace waymark::net
