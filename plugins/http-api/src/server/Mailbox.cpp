#include "server/Mailbox.h"

#include <cerrno>
#include <exception>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::httpapi
{

Mailbox::Mailbox() : _descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (_descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox()
{
    ::close(_descriptor);
}

void Mailbox::post(ConnectionId connection) noexcept
{
    const std::lock_guard lock(_mutex);
    put(connection);
    wake();
}

void Mailbox::rest(ConnectionId connection, MonotonicTime deadline,
                   const std::function<void()>& rest) noexcept
{
    const std::lock_guard lock(_mutex);
    rest();
    put(connection);
    if (deadline < _sleepsUntil)
        wake();
}

void Mailbox::put(ConnectionId connection) noexcept
{
    try {
        _posted.push_back(connection);
    } catch (const std::exception&) {
        _lost = true;
    }
}

void Mailbox::wake() noexcept
{
    if (_sleepsUntil != MonotonicTime::min() && !std::exchange(_woken, true))
        ::eventfd_write(_descriptor, 1);
}

bool Mailbox::maySleep(MonotonicTime until)
{
    const std::lock_guard lock(_mutex);
    if (!_posted.empty() || _lost)
        return false;
    _sleepsUntil = until;
    return true;
}

bool Mailbox::take(std::vector<ConnectionId>& posted)
{
    const std::lock_guard lock(_mutex);
    _sleepsUntil = MonotonicTime::min();
    if (std::exchange(_woken, false)) {
        eventfd_t count = 0;
        ::eventfd_read(_descriptor, &count);
    }
    posted.clear();
    posted.swap(_posted);
    return std::exchange(_lost, false);
}

} // namespace waymark::httpapi
