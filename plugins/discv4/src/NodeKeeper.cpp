#include "NodeKeeper.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace waymark::discv4
{

namespace
{

constexpr Duration longestSilence = std::chrono::seconds(2);

} // namespace

NodeKeeper::NodeKeeper(node::NodeStore& store, Source source, Duration interval, observe::Log log)
    : _store(store), _source(std::move(source)), _interval(interval), _log(std::move(log))
{
}

void NodeKeeper::start()
{
    _worker.start("discv4-keeper", [this](const std::stop_token& stopping, Worker& self) {
        std::mutex mutex;
        std::condition_variable_any wake;
        auto next = std::chrono::steady_clock::now() + _interval;
        while (!stopping.stop_requested()) {
            self.beat();
            const auto now = std::chrono::steady_clock::now();
            if (now >= next) {
                save();
                next = now + _interval;
            }
            std::unique_lock lock(mutex);
            wake.wait_for(lock, stopping, std::min<Duration>(next - now, longestSilence),
                          [] { return false; });
        }
    });
}

void NodeKeeper::stop() noexcept
{
    if (!_worker.running())
        return;
    _worker.stop();
    save();
}

void NodeKeeper::save() const
{
    const auto saved = _store.save(_source());
    if (!saved)
        _log.limited(observe::LogLevel::warning, "discv4.nodes_not_saved",
                     {{"reason", saved.error().message}}, "The next start has to find its nodes anew.");
}

} // namespace waymark::discv4
