#pragma once

#include <waymark/base/Clock.h>

#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace waymark
{

/// A named thread with a heartbeat, joined when it is stopped or destroyed.
///
/// The body runs once and returns when the stop token says so. It calls beat() at least every few seconds.
/// Whoever owns the worker says what becomes of its silence: that of the host's sockets and timers starves
/// the watchdog of the service manager, that of threads that wait for a disk, which no restart would mend, is
/// told by health (observe::Health::ofThread). An exception that escapes the
/// body ends the process through std::terminate, as it would in a bare thread: a worker that died silently
/// would leave a mute daemon behind.
class Worker
{
public:
    using Body = std::function<void(std::stop_token, Worker&)>;

    Worker() = default;
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() { stop(); }

    /// Starts the thread. `name` is shown by ps and top, cut to 15 characters.
    /// Throws std::system_error when no thread can be had.
    void start(std::string name, Body body);

    /// Asks the body to return without waiting for it.
    void requestStop() noexcept;

    /// Asks the body to return and joins. Idempotent.
    void stop() noexcept;

    bool running() const noexcept { return _thread.joinable(); }
    const std::string& name() const noexcept { return _name; }

    /// Called by the body: "I am alive".
    void beat() noexcept;
    /// How long ago the last beat was; zero before it was started.
    Duration sinceBeat() const noexcept;

private:
    std::string _name;
    std::atomic<std::chrono::steady_clock::rep> _lastBeat{0};
    std::jthread _thread;
};

} // namespace waymark
