#include "TestRegistry.h"

#include <array>
#include <utility>

namespace waymark::httpapi
{

void TestRegistry::failWith(std::optional<Error> error)
{
    const std::lock_guard lock(_mutex);
    _failure = std::move(error);
}

void TestRegistry::hold()
{
    const std::lock_guard lock(_mutex);
    _holding = true;
}

void TestRegistry::waitUntilHeld()
{
    std::unique_lock lock(_mutex);
    _changed.wait(lock, [this] { return !_held.empty(); });
}

void TestRegistry::release()
{
    const std::lock_guard lock(_mutex);
    _holding = false;
    for (auto& waiting : std::exchange(_held, {}))
        run(std::move(waiting));
}

void TestRegistry::forget()
{
    const std::lock_guard lock(_mutex);
    _held.clear();
}

void TestRegistry::endLeasesAfter(Duration time)
{
    clock.advance(time);
    apply({}, [](const auto&) {});
}

void TestRegistry::apply(registry::ChangeBatch batch, registry::Completion completion)
{
    submit({std::move(batch), std::move(completion)});
}

void TestRegistry::sync(std::string origin, std::vector<registry::Peer> peers,
                        registry::Completion completion)
{
    submit({registry::SyncClaims{std::move(origin), std::move(peers)}, std::move(completion)});
}

void TestRegistry::submit(Waiting waiting)
{
    const std::lock_guard lock(_mutex);
    if (_holding)
        _held.push_back(std::move(waiting));
    else
        run(std::move(waiting));
    _changed.notify_all();
}

void TestRegistry::run(Waiting waiting)
{
    if (_failure) {
        waiting.completion(failure(*_failure));
        return;
    }
    const std::array<registry::RegistryRequest, 1> requests = {std::move(waiting.request)};
    const auto plan = _state.plan(requests);
    _state.commit(plan);
    waiting.completion(plan.reports.front());
}

} // namespace waymark::httpapi
