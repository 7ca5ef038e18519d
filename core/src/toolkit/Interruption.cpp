#include <waymark/toolkit/Interruption.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::toolkit
{

namespace
{

constexpr std::array<int, 2> caught{SIGINT, SIGTERM};

// What a signal handler may touch: lock-free and plain integers.
std::atomic<bool> isAlive{false};
std::atomic<bool> cameHere{false};
std::atomic<int> writeEnd{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

int readEnd = -1;
std::array<struct sigaction, caught.size()> before{};

extern "C" void onSignal(int)
{
    const int saved = errno;
    cameHere = true;
    const char byte = 0;
    [[maybe_unused]] const auto written = ::write(writeEnd, &byte, 1);
    errno = saved;
}

} // namespace

Interruption::Interruption()
{
    if (isAlive.exchange(true))
        throw std::logic_error("only one Interruption at a time may catch the signals of a process");
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        isAlive = false;
        throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    readEnd = ends[0];
    writeEnd = ends[1];
    cameHere = false;
    for (std::size_t i = 0; i < caught.size(); ++i) {
        struct sigaction action{};
        action.sa_handler = onSignal;
        // The second signal finds the default: who is impatient needs no other one.
        action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
        ::sigemptyset(&action.sa_mask);
        ::sigaction(caught.at(i), &action, &before.at(i));
    }
}

Interruption::~Interruption()
{
    for (std::size_t i = 0; i < caught.size(); ++i)
        ::sigaction(caught.at(i), &before.at(i), nullptr);
    ::close(std::exchange(readEnd, -1));
    ::close(writeEnd.exchange(-1));
    isAlive = false;
}

bool Interruption::requested() const noexcept
{
    return cameHere;
}

bool Interruption::waitFor(Duration patience) const
{
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!requested()) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left <= std::chrono::milliseconds::zero())
            break;
        constexpr auto longest = std::chrono::milliseconds(std::chrono::hours(1));
        pollfd waiting{readEnd, POLLIN, 0};
        ::poll(&waiting, 1, static_cast<int>(std::min(left, longest).count()));
    }
    return requested();
}

int Interruption::descriptor() const noexcept
{
    return readEnd;
}

} // namespace waymark::toolkit
