#include "server/RequestSocket.h"

#include "server/Front.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace waymark::httpapi
{

RequestSocket::RequestSocket(Connection& connection, Front& front)
    : StreamSocketImpl(connection.channel->descriptor()), _connection(connection), _front(front)
{
}

bool RequestSocket::poll(const Poco::Timespan&, int)
{
    if (!std::exchange(_first, false) && !_front.another(_connection))
        return false;
    _replay = _connection.intake.head().withoutContent();
    _replayed = 0;
    return true;
}

int RequestSocket::receiveBytes(void* buffer, int length, int)
{
    const std::size_t count = std::min(_replay.size() - _replayed, static_cast<std::size_t>(length));
    std::memcpy(buffer, _replay.data() + _replayed, count);
    _replayed += count;
    return static_cast<int>(count);
}

int RequestSocket::sendBytes(const void* buffer, int length, int)
{
    _connection.send({static_cast<const char*>(buffer), static_cast<std::size_t>(length)});
    return length;
}

} // namespace waymark::httpapi
