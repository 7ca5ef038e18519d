#pragma once

#include <waymark/toolkit/Interruption.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace waymark::httpapi
{

/// Ends a connection when its time is over, or when somebody interrupts the command, whatever is waited for
/// there: the time-outs of Poco's sockets begin anew with each byte that drips in.
class CallDeadline
{
public:
    /// `interruption` outlives it; may be null. Throws std::system_error when there is no descriptor or
    /// thread for it.
    CallDeadline(int socket, std::chrono::milliseconds patience,
                 const toolkit::Interruption* interruption = nullptr);
    CallDeadline(const CallDeadline&) = delete;
    CallDeadline& operator=(const CallDeadline&) = delete;
    ~CallDeadline();

    /// Something came: from now on there is so much time.
    void extend(std::chrono::milliseconds patience) noexcept;
    bool passed() const noexcept { return _passed; }

private:
    void watch() noexcept;
    int millisecondsLeft() const noexcept;

    int _socket; ///< a descriptor of its own: the other may be closed, and its number be another file's
    int _end;    ///< an eventfd that is written when nobody waits any more
    const toolkit::Interruption* _interruption;
    std::atomic<std::chrono::steady_clock::rep> _until;
    std::atomic<bool> _passed{false};
    std::thread _thread; ///< last
};

} // namespace waymark::httpapi
