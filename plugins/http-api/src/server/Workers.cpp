#include "server/Workers.h"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t threadNameLimit = 15; // of the system

} // namespace

Workers::Workers(const Settings& settings, std::function<void(Connection&)> serve) : _serve(std::move(serve))
{
    const std::string name = settings.name.substr(0, threadNameLimit);
    try {
        start(Lane::ordinary, settings.ordinary, name);
        start(Lane::reserved, settings.reserved, name);
        start(Lane::handshake, settings.handshakes, name);
    } catch (...) {
        stop();
        throw;
    }
}

void Workers::start(Lane lane, std::size_t count, const std::string& name)
{
    for (std::size_t i = 0; i < count; ++i)
        _threads.emplace_back([this, &queue = of(lane), name] { run(queue, name); });
}

void Workers::run(Queue& queue, const std::string& name)
{
    pthread_setname_np(pthread_self(), name.c_str());
    std::unique_lock lock(_mutex);
    for (;;) {
        ++queue.idle;
        queue.filled.wait(lock, [&] { return _stopping || !queue.waiting.empty(); });
        --queue.idle;
        if (_stopping)
            return;
        Connection& connection = *queue.waiting.front();
        queue.waiting.pop_front();
        lock.unlock();
        _serve(connection);
        lock.lock();
    }
}

void Workers::submit(Connection& connection, Lane lane)
{
    const std::lock_guard lock(_mutex);
    of(lane).waiting.push_back(&connection);
    of(lane).filled.notify_one();
}

bool Workers::withdraw(Connection& connection)
{
    const std::lock_guard lock(_mutex);
    for (Queue& queue : _queues)
        if (std::erase(queue.waiting, &connection) > 0)
            return true;
    return false;
}

bool Workers::busy(Lane lane) const
{
    const std::lock_guard lock(_mutex);
    return of(lane).waiting.size() >= of(lane).idle;
}

std::size_t Workers::queued() const
{
    const std::lock_guard lock(_mutex);
    std::size_t count = 0;
    for (const Queue& queue : _queues)
        count += queue.waiting.size();
    return count;
}

void Workers::stop() noexcept
{
    {
        const std::lock_guard lock(_mutex);
        _stopping = true;
        for (Queue& queue : _queues)
            queue.filled.notify_all();
    }
    for (std::thread& thread : _threads)
        if (thread.joinable())
            thread.join();
}

} // namespace waymark::httpapi
