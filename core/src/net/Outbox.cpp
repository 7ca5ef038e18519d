#include "net/Outbox.h"

namespace waymark::net
{

void Outbox::send(const Datagram& datagram)
{
    _datagrams.push_back(datagram);
    try {
        _bytes.insert(_bytes.end(), datagram.payload.begin(), datagram.payload.end());
    } catch (...) {
        _datagrams.pop_back();
        throw;
    }
}

std::span<const Datagram> Outbox::datagrams() noexcept
{
    std::size_t offset = 0;
    for (Datagram& datagram : _datagrams) {
        const std::size_t size = datagram.payload.size();
        datagram.payload = ByteView(_bytes).subspan(offset, size);
        offset += size;
    }
    return _datagrams;
}

std::pair<std::size_t, std::size_t> Outbox::flush(const UdpSocket& socket)
{
    const std::size_t queued = _datagrams.size();
    const std::size_t sent = socket.send(datagrams());
    _datagrams.clear();
    _bytes.clear();
    return {queued, sent};
}

} // namespace waymark::net
