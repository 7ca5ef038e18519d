#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Subscription.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::observe
{

class MetricRegistry;

enum class HealthStatus : std::uint8_t
{
    ok,
    degraded, ///< serves, but an operator should look
    failed    ///< does not do its work
};

/// How a part is, with a reason that an operator can act on; the reason is empty when all is well.
struct Health
{
    HealthStatus status = HealthStatus::ok;
    std::string reason;

    static Health ok() { return {}; }
    static Health degraded(std::string why) { return {HealthStatus::degraded, std::move(why)}; }
    static Health failed(std::string why) { return {HealthStatus::failed, std::move(why)}; }
    /// Degraded when a thread that writes to a disk has been silent (Worker::sinceBeat) for longer than
    /// `allowed`.
    static Health ofThread(std::string_view name, Duration silence, Duration allowed);
};

struct HealthEntry
{
    std::string name;
    Health health;
};

/// The health checks of one host: one for each plugin, added by the host, and whatever plugins add besides.
/// Any thread.
class HealthRegistry
{
public:
    static constexpr const char* serviceId = "health";

    /// With `metrics`, which outlive it, each check is shown there as waymark_health_status, too.
    explicit HealthRegistry(MetricRegistry* metrics = nullptr);

    /// `check` runs on the asking thread, is brief and does not throw.
    Subscription add(std::string name, std::function<Health()> check);

    /// Every check's answer in order of name.
    std::vector<HealthEntry> report() const;

private:
    struct State;
    std::shared_ptr<State> _state;
};

} // namespace waymark::observe
