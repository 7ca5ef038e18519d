#include "registry/WatchHub.h"

#include <algorithm>
#include <string>
#include <utility>

namespace waymark::registry
{

/// What one watch has not taken yet. The history that it starts with does not count against its limit.
class WatchHub::Queue
{
public:
    Queue(WatchOptions options, std::deque<Event> replay)
        : _limit(options.queueLimit),
          _wake(std::move(options.wake)),
          _events(std::move(replay)),
          _replay(_events.size())
    {
    }

    void add(std::span<const Event> events)
    {
        const std::lock_guard lock(_mutex);
        if (_lost)
            return;
        _fresh = true;
        if (_events.size() - _replay + events.size() > _limit) {
            _lost = true;
            _events.clear();
            _replay = 0;
            return;
        }
        _events.insert(_events.end(), events.begin(), events.end());
    }

    Watch::Batch take(std::size_t limit)
    {
        const std::lock_guard lock(_mutex);
        Watch::Batch batch;
        batch.resync = _lost;
        while (batch.events.size() < limit && !_events.empty()) {
            batch.events.push_back(*_events.front());
            _events.pop_front();
            _replay -= _replay > 0 ? 1 : 0;
        }
        return batch;
    }

    void wake()
    {
        // Held while the callback runs, so that close() waits for it; the watch may end within its callback.
        const std::lock_guard running(_wakeMutex);
        {
            const std::lock_guard lock(_mutex);
            if (!std::exchange(_fresh, false))
                return;
        }
        if (_open && _wake)
            _wake();
    }

    void close()
    {
        const std::lock_guard running(_wakeMutex);
        _open = false;
    }

private:
    std::mutex _mutex;
    const std::size_t _limit;
    const std::function<void()> _wake;
    std::deque<Event> _events;
    std::size_t _replay; ///< how many of the first events are history
    bool _lost = false;
    bool _fresh = false; ///< something came since the last wake()

    std::recursive_mutex _wakeMutex;
    bool _open = true;
};

class WatchHub::QueueWatch final : public Watch
{
public:
    explicit QueueWatch(std::shared_ptr<Queue> queue) : _queue(std::move(queue)) {}
    QueueWatch(const QueueWatch&) = delete;
    QueueWatch& operator=(const QueueWatch&) = delete;
    ~QueueWatch() override { _queue->close(); }

    Batch take(std::size_t limit) override { return _queue->take(limit); }

private:
    std::shared_ptr<Queue> _queue;
};

void WatchHub::begin(Revision head)
{
    const std::lock_guard lock(_mutex);
    _head = head;
    _history.clear();
}

void WatchHub::publish(std::span<const Event> events, Revision head)
{
    if (events.empty())
        return;
    const std::lock_guard lock(_mutex);
    _head = head;
    _history.insert(_history.end(), events.begin(), events.end());
    if (_history.size() > _historyLimit)
        _history.erase(_history.begin(), _history.end() - static_cast<std::ptrdiff_t>(_historyLimit));
    std::erase_if(_queues, [](const std::weak_ptr<Queue>& queue) { return queue.expired(); });
    for (const auto& weak : _queues) {
        if (const auto queue = weak.lock())
            queue->add(events);
    }
}

void WatchHub::wake()
{
    std::vector<std::weak_ptr<Queue>> queues;
    {
        const std::lock_guard lock(_mutex);
        queues = _queues;
    }
    for (const auto& weak : queues) {
        if (const auto queue = weak.lock())
            queue->wake();
    }
}

Result<std::unique_ptr<Watch>> WatchHub::watch(Revision from, WatchOptions options)
{
    const std::lock_guard lock(_mutex);
    if (from.epoch != _head.epoch)
        return failure(ErrorCode::stale, "revision " + from.toString() +
                                             " is of another epoch: list again and watch from there");
    const bool future = from.number > _head.number;
    if (future || _head.number - from.number > _history.size())
        return failure(ErrorCode::stale, "revision " + from.toString() + " is " +
                                             (future ? "not reached yet" : "older than the history") +
                                             ": list again and watch from there");
    const auto missed = static_cast<std::ptrdiff_t>(_head.number - from.number);
    auto queue = std::make_shared<Queue>(std::move(options),
                                         std::deque<Event>(_history.end() - missed, _history.end()));
    _queues.push_back(queue);
    return std::make_unique<QueueWatch>(std::move(queue));
}

} // namespace waymark::registry
