#include "NodeKeeper.h"

#include <exception>
#include <utility>

namespace waymark::discv4
{

namespace
{

constexpr const char* threadName = "discv4-keeper";
constexpr Duration longestSilence = std::chrono::seconds(2);
constexpr Duration longestSave = std::chrono::seconds(10);

} // namespace

NodeKeeper::NodeKeeper(node::NodeStore& store, Source source, Timers& timers, Duration interval,
                       observe::Log log)
    : _store(store), _source(std::move(source)), _timers(timers), _interval(interval), _log(std::move(log))
{
}

void NodeKeeper::start()
{
    _worker.start(threadName, [this](const std::stop_token& stopping, Worker&) { run(stopping); });
    _saves = _timers.every(_interval, [this] {
        {
            const std::lock_guard lock(_mutex);
            _isDue = true;
        }
        _wake.notify_all();
    });
}

void NodeKeeper::run(const std::stop_token& stopping)
{
    while (!stopping.stop_requested()) {
        _worker.beat();
        bool isDue = false;
        {
            std::unique_lock lock(_mutex);
            _wake.wait_for(lock, stopping, longestSilence, [this] { return _isDue; });
            isDue = std::exchange(_isDue, false);
        }
        if (isDue && !stopping.stop_requested())
            save();
    }
}

void NodeKeeper::stop() noexcept
{
    if (!_worker.running())
        return;
    _saves.reset();
    _worker.stop();
    save();
}

observe::Health NodeKeeper::health() const
{
    return observe::Health::ofThread(threadName, _worker.sinceBeat(), longestSave);
}

void NodeKeeper::save() const noexcept
{
    try {
        const auto saved = _store.save(_source());
        if (!saved)
            _log.limited(observe::LogLevel::warning, "discv4.nodes_not_saved",
                         {{"reason", saved.error().message}}, "The next start has to find its nodes anew.");
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // Without memory nothing is saved and nothing can be said; what was saved before stays.
    }
}

} // namespace waymark::discv4
