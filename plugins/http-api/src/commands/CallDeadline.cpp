#include "commands/CallDeadline.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <limits>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace waymark::httpapi
{

namespace
{

using SteadyClock = std::chrono::steady_clock;

SteadyClock::rep after(std::chrono::milliseconds patience) noexcept
{
    return (SteadyClock::now() + patience).time_since_epoch().count();
}

} // namespace

CallDeadline::CallDeadline(int socket, std::chrono::milliseconds patience,
                           const toolkit::Interruption* interruption)
    : _socket(::fcntl(socket, F_DUPFD_CLOEXEC, 0)),
      _end(::eventfd(0, EFD_CLOEXEC)),
      _interruption(interruption),
      _until(after(patience))
{
    const int problem = errno;
    try {
        if (_socket < 0 || _end < 0)
            throw std::system_error(problem, std::generic_category(), "a connection cannot be watched");
        _thread = std::thread([this] { watch(); });
    } catch (const std::system_error&) {
        for (const int descriptor : {_socket, _end})
            if (descriptor >= 0)
                ::close(descriptor);
        throw;
    }
}

CallDeadline::~CallDeadline()
{
    constexpr std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(_end, &one, sizeof one);
    _thread.join();
    ::close(_end);
    ::close(_socket);
}

void CallDeadline::extend(std::chrono::milliseconds patience) noexcept
{
    _until = after(patience);
}

int CallDeadline::millisecondsLeft() const noexcept
{
    const SteadyClock::duration left(_until - SteadyClock::now().time_since_epoch().count());
    const auto whole = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<std::int64_t>(whole, 0, std::numeric_limits<int>::max()));
}

void CallDeadline::watch() noexcept
{
    const int interrupts = _interruption == nullptr ? -1 : _interruption->descriptor(); // poll() skips -1
    for (;;) {
        const int left = millisecondsLeft();
        std::array<pollfd, 2> events{pollfd{_end, POLLIN, 0}, pollfd{interrupts, POLLIN, 0}};
        const int ready = ::poll(events.data(), events.size(), left);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready > 0 && events[0].revents != 0)
            return;
        if (ready == 0 && millisecondsLeft() > 0)
            continue; // it was extended meanwhile
        _passed = ready == 0;
        ::shutdown(_socket, SHUT_RDWR);
        return;
    }
}

} // namespace waymark::httpapi
