#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace waymark::httpapi
{

class Connection;

/// The threads that serve requests: most of them serve all, a few only what must be served also when the
/// others are busy. Any thread.
class Workers
{
public:
    enum class Lane
    {
        ordinary,
        reserved,
        handshake ///< what costs much and is nobody's request
    };
    struct Settings
    {
        std::size_t ordinary = 0;
        std::size_t reserved = 0;
        std::size_t handshakes = 0;
        std::string name; ///< of the threads
    };

    /// Starts the threads; `serve` runs on them and lets nothing out. Throws std::system_error.
    Workers(const Settings& settings, std::function<void(Connection&)> serve);
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;
    /// Waits for what is being served, and lets go of what waits.
    ~Workers() { stop(); }

    /// The connection is the workers' from here to the end of `serve`.
    void submit(Connection& connection, Lane lane);
    /// True when no worker had taken it yet: it is the caller's again.
    bool withdraw(Connection& connection);
    /// True when a request for this lane would wait.
    bool busy(Lane lane) const;
    /// Requests that wait for a thread.
    std::size_t queued() const;
    void stop() noexcept;

private:
    struct Queue
    {
        std::deque<Connection*> waiting;
        std::size_t idle = 0;
        std::condition_variable filled;
    };

    void start(Lane lane, std::size_t count, const std::string& name);
    void run(Queue& queue, const std::string& name);
    Queue& of(Lane lane) { return _queues[static_cast<std::size_t>(lane)]; }
    const Queue& of(Lane lane) const { return _queues[static_cast<std::size_t>(lane)]; }

    std::function<void(Connection&)> _serve;
    mutable std::mutex _mutex;
    std::array<Queue, 3> _queues;
    bool _stopping = false;
    std::vector<std::thread> _threads;
};

} // namespace waymark::httpapi
