#include "commands/CallDeadline.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace waymark::httpapi
{

CallDeadline::CallDeadline(int socket, std::chrono::milliseconds patience)
    : _socket(::fcntl(socket, F_DUPFD_CLOEXEC, 0))
{
    if (_socket < 0)
        throw std::system_error(errno, std::generic_category(), "a connection cannot be watched");
    try {
        _thread = std::thread([this, patience] { watch(patience); });
    } catch (const std::system_error&) {
        ::close(_socket);
        throw;
    }
}

CallDeadline::~CallDeadline()
{
    {
        const std::lock_guard lock(_mutex);
        _over = true;
    }
    _changed.notify_one();
    _thread.join();
    ::close(_socket);
}

bool CallDeadline::passed() const
{
    const std::lock_guard lock(_mutex);
    return _passed;
}

void CallDeadline::watch(std::chrono::milliseconds patience)
{
    std::unique_lock lock(_mutex);
    if (_changed.wait_for(lock, patience, [this] { return _over; }))
        return;
    _passed = true;
    ::shutdown(_socket, SHUT_RDWR);
}

} // namespace waymark::httpapi
