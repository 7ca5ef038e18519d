#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <sys/epoll.h>

namespace waymark::httpapi
{

/// Linux's epoll. Poco's PollSet knows no one-shot events: a connection that a worker has would wake the
/// poller over and over, or would have to be taken out and put in for each request.
class Poller
{
public:
    /// Throws std::system_error.
    Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    ~Poller();

    /// Reports `name` whenever one of the EPOLL* events is there.
    void add(int descriptor, std::uint32_t events, std::uint64_t name);
    /// Changes what add() said. False when the system does not let it.
    bool change(int descriptor, std::uint32_t events, std::uint64_t name) noexcept;
    /// Reports no more of it, not even that it broke.
    void remove(int descriptor) noexcept;
    /// What has happened, after waiting at most so long; borrowed until the next call.
    std::span<const epoll_event> wait(std::chrono::milliseconds most) noexcept;

private:
    int _descriptor;
    std::array<epoll_event, 256> _events{};
};

} // namespace waymark::httpapi
