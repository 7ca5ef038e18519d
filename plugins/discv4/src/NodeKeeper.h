#pragma once

#include <waymark/base/Timers.h>
#include <waymark/base/Worker.h>
#include <waymark/node/NodeStore.h>
#include <waymark/observe/Health.h>
#include <waymark/observe/Log.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

namespace waymark::discv4
{

/// Saves what discovery learnt, now and then and at the end, on a thread of its own: no packet and no timer
/// waits for the disk. How often goes by the timers of the host.
class NodeKeeper
{
public:
    using Source = std::function<std::vector<node::StoredNode>()>;

    NodeKeeper(node::NodeStore& store, Source source, Timers& timers, Duration interval, observe::Log log);
    ~NodeKeeper() { stop(); }

    void start();
    /// Saves once more. Idempotent.
    void stop() noexcept;

    /// Degraded while it waits for a disk that hangs. Any thread, after start().
    observe::Health health() const;

private:
    void run(const std::stop_token& stopping);
    void save() const noexcept;

    node::NodeStore& _store;
    Source _source;
    Timers& _timers;
    Duration _interval;
    observe::Log _log;
    std::mutex _mutex; ///< guards _isDue
    std::condition_variable_any _wake;
    bool _isDue = false;
    Subscription _saves;
    Worker _worker;
};

} // namespace waymark::discv4
