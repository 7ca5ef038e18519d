#include "server/Poller.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace waymark::httpapi
{

namespace
{

epoll_event eventOf(std::uint32_t events, std::uint64_t name) noexcept
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = name;
    return event;
}

} // namespace

Poller::Poller() : _descriptor(::epoll_create1(EPOLL_CLOEXEC))
{
    if (_descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "epoll");
}

Poller::~Poller()
{
    ::close(_descriptor);
}

void Poller::add(int descriptor, std::uint32_t events, std::uint64_t name)
{
    epoll_event event = eventOf(events, name);
    if (::epoll_ctl(_descriptor, EPOLL_CTL_ADD, descriptor, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll");
}

bool Poller::change(int descriptor, std::uint32_t events, std::uint64_t name) noexcept
{
    epoll_event event = eventOf(events, name);
    return ::epoll_ctl(_descriptor, EPOLL_CTL_MOD, descriptor, &event) == 0;
}

void Poller::remove(int descriptor) noexcept
{
    ::epoll_ctl(_descriptor, EPOLL_CTL_DEL, descriptor, nullptr);
}

std::span<const epoll_event> Poller::wait(std::chrono::milliseconds most) noexcept
{
    const int count = ::epoll_wait(_descriptor, _events.data(), static_cast<int>(_events.size()),
                                   static_cast<int>(most.count()));
    return {_events.data(), static_cast<std::size_t>(std::max(0, count))};
}

} // namespace waymark::httpapi
