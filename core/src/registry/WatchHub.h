#pragma once

#include <waymark/registry/Watch.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace waymark::registry
{

/// The recent history of a registry and whoever follows it. Any thread.
class WatchHub
{
public:
    using Event = std::shared_ptr<const PeerEvent>;

    explicit WatchHub(std::size_t historyLimit) : _historyLimit(historyLimit) {}

    /// History starts anew at a revision.
    void begin(Revision head);

    /// Adds events, in order, to history and to every watch. Wakes nobody.
    void publish(std::span<const Event> events, Revision head);

    /// Wakes the watches that publish() gave something since the last call. Called without locks.
    void wake();

    Result<std::unique_ptr<Watch>> watch(Revision from, WatchOptions options);

private:
    class Queue;
    class QueueWatch;

    const std::size_t _historyLimit;
    mutable std::mutex _mutex;
    Revision _head;
    std::deque<Event> _history; ///< revisions without gaps; the last is _head
    std::vector<std::weak_ptr<Queue>> _queues;
};

} // namespace waymark::registry
