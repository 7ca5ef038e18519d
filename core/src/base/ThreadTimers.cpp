#include "base/ThreadTimers.h"

#include "base/CallGate.h"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>

namespace waymark
{

struct ThreadTimers::Entry
{
    CallGate gate;
    Duration interval{0}; ///< zero: runs once
    std::function<void()> function;
};

struct ThreadTimers::Queue
{
    using Due = std::multimap<MonotonicTime, std::shared_ptr<Entry>>;

    std::mutex mutex;
    std::condition_variable_any changed;
    Due due;

    /// Takes the next entry that is due, waiting at most a second so that the worker can beat.
    Due::node_type next(const std::stop_token& stopping)
    {
        std::unique_lock lock(mutex);
        const MonotonicTime now = std::chrono::steady_clock::now();
        const MonotonicTime until = due.empty() ? now + std::chrono::seconds(1)
                                                : std::min(due.begin()->first, now + std::chrono::seconds(1));
        changed.wait_until(lock, stopping, until, [&] { return !due.empty() && due.begin()->first < until; });
        if (due.empty() || due.begin()->first > std::chrono::steady_clock::now())
            return {};
        return due.extract(due.begin());
    }

    void put(MonotonicTime when, std::shared_ptr<Entry> entry)
    {
        {
            const std::lock_guard lock(mutex);
            due.emplace(when, std::move(entry));
        }
        changed.notify_one();
    }

    /// What next() took, and needs no memory to come again.
    void putBack(MonotonicTime when, Due::node_type entry) noexcept
    {
        entry.key() = when;
        const std::lock_guard lock(mutex);
        due.insert(std::move(entry));
    }

    void drop(const std::shared_ptr<Entry>& entry)
    {
        const std::lock_guard lock(mutex);
        std::erase_if(due, [&](const auto& item) { return item.second == entry; });
    }
};

namespace
{

/// As CallGate::pass, and tells of what the function throws.
bool passGuarded(CallGate& gate, const std::function<void()>& function,
                 const ThreadTimers::FailureHandler& onFailure) noexcept
{
    const auto tell = [&](const char* reason) noexcept {
        try {
            if (onFailure)
                onFailure(reason);
        } catch (...) { // NOLINT(bugprone-empty-catch)
            // Without memory nothing can be said.
        }
    };
    return gate.pass([&] {
        try {
            function();
        } catch (const std::exception& error) {
            tell(error.what());
        } catch (...) {
            tell("not a standard exception");
        }
    });
}

} // namespace

ThreadTimers::ThreadTimers(std::string threadName, FailureHandler onFailure)
    : _queue(std::make_shared<Queue>())
{
    _worker.start(std::move(threadName), [queue = _queue, handler = std::move(onFailure)](
                                             const std::stop_token& stopping, Worker& self) {
        while (!stopping.stop_requested()) {
            self.beat();
            auto due = queue->next(stopping);
            if (due.empty() || stopping.stop_requested())
                continue;
            const auto entry = due.mapped();
            if (!passGuarded(entry->gate, entry->function, handler) || entry->interval == Duration::zero())
                continue;
            // Runs that were missed are not made up: the next one is counted from now on.
            const MonotonicTime now = std::chrono::steady_clock::now();
            const MonotonicTime next = std::max(due.key() + entry->interval, now);
            // A subscription that ended meanwhile finds the gate shut at the next run, which is then the
            // last.
            queue->putBack(next, std::move(due));
        }
    });
}

ThreadTimers::~ThreadTimers()
{
    stop();
}

void ThreadTimers::stop() noexcept
{
    _worker.stop();
}

Subscription ThreadTimers::after(Duration delay, std::function<void()> function)
{
    return add(delay, Duration::zero(), std::move(function));
}

Subscription ThreadTimers::every(Duration interval, std::function<void()> function)
{
    if (interval <= Duration::zero())
        throw std::logic_error("a repeating timer needs an interval above zero");
    return add(interval, interval, std::move(function));
}

Subscription ThreadTimers::add(Duration delay, Duration interval, std::function<void()> function)
{
    auto entry = std::make_shared<Entry>();
    entry->interval = interval;
    entry->function = std::move(function);
    _queue->put(std::chrono::steady_clock::now() + delay, entry);
    return Subscription([queue = std::weak_ptr<Queue>(_queue), entry] {
        entry->gate.shut();
        if (const auto owner = queue.lock())
            owner->drop(entry);
    });
}

} // namespace waymark
