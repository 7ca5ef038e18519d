#include "base/CallGate.h"

#include <waymark/observe/Health.h>
#include <waymark/observe/Metrics.h>

#include <algorithm>
#include <mutex>

namespace waymark::observe
{

namespace
{

struct Check
{
    std::string name;
    std::function<Health()> function;
    CallGate gate;
};

} // namespace

namespace
{

/// What cannot say how it is does not keep others from it.
Health ask(const std::function<Health()>& check)
{
    try {
        return check();
    } catch (const std::exception& error) {
        return Health::failed(std::string("its health check failed: ") + error.what());
    }
}

double levelOf(Check& check)
{
    HealthStatus status = HealthStatus::ok;
    check.gate.pass([&] { status = ask(check.function).status; });
    return status == HealthStatus::ok ? 0 : status == HealthStatus::degraded ? 1 : 2;
}

} // namespace

Health Health::ofThread(std::string_view name, Duration silence, Duration allowed)
{
    if (silence <= allowed)
        return ok();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(silence).count();
    return degraded("thread " + std::string(name) + " has not been heard of for " + std::to_string(seconds) +
                    " s: its disk hangs or is far too slow");
}

struct HealthRegistry::State
{
    MetricRegistry* metrics = nullptr;
    std::mutex mutex;
    std::vector<std::shared_ptr<Check>> checks;
};

HealthRegistry::HealthRegistry(MetricRegistry* metrics) : _state(std::make_shared<State>())
{
    _state->metrics = metrics;
}

Subscription HealthRegistry::add(std::string name, std::function<Health()> check)
{
    auto added = std::make_shared<Check>();
    added->name = std::move(name);
    added->function = std::move(check);
    auto shown = std::make_shared<Subscription>();
    if (_state->metrics != nullptr)
        *shown = _state->metrics->sampled("waymark_health_status",
                                          "What a health check says: 0 ok, 1 degraded, 2 failed",
                                          {{"check", added->name}}, [added] { return levelOf(*added); });
    {
        const std::lock_guard lock(_state->mutex);
        const auto place = std::ranges::upper_bound(
            _state->checks, added->name, {}, [](const auto& other) -> const auto& { return other->name; });
        _state->checks.insert(place, added);
    }
    return Subscription([state = std::weak_ptr<State>(_state), added, shown] {
        *shown = {};
        added->gate.shut();
        if (const auto owner = state.lock()) {
            const std::lock_guard lock(owner->mutex);
            std::erase(owner->checks, added);
        }
    });
}

std::vector<HealthEntry> HealthRegistry::report() const
{
    std::vector<std::shared_ptr<Check>> checks;
    {
        const std::lock_guard lock(_state->mutex);
        checks = _state->checks;
    }
    std::vector<HealthEntry> entries;
    entries.reserve(checks.size());
    for (const auto& check : checks)
        check->gate.pass([&] { entries.push_back({check->name, ask(check->function)}); });
    return entries;
}

} // namespace waymark::observe
