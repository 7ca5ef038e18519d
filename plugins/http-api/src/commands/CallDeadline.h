#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace waymark::httpapi
{

/// Ends a connection when its time is over, whatever is waited for there: the time-outs of Poco's sockets
/// begin anew with each byte that drips in.
class CallDeadline
{
public:
    /// Throws std::system_error when there is no descriptor or thread for it.
    CallDeadline(int socket, std::chrono::milliseconds patience);
    CallDeadline(const CallDeadline&) = delete;
    CallDeadline& operator=(const CallDeadline&) = delete;
    ~CallDeadline();

    bool passed() const;

private:
    void watch(std::chrono::milliseconds patience);

    int _socket; ///< a descriptor of its own: the other may be closed, and its number be another file's
    mutable std::mutex _mutex;
    std::condition_variable _changed;
    bool _over = false;
    bool _passed = false;
    std::thread _thread; ///< last
};

} // namespace waymark::httpapi
