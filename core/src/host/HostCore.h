#pragma once

#include "base/ThreadTimers.h"
#include "host/HostServices.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>
#include <waymark/http/RouteTable.h>
#include <waymark/observe/Health.h>
#include <waymark/observe/Metrics.h>
#include <waymark/plugin/ConfigView.h>

namespace waymark::host
{

/// The services that every host has by itself.
class HostCore
{
public:
    HostCore() = default;
    HostCore(const HostCore&) = delete;
    HostCore& operator=(const HostCore&) = delete;

    /// Adds them all to the table.
    void provide(HostServices& services);

    /// No timer runs afterwards.
    void stop() noexcept { _timers.stop(); }

    observe::HealthRegistry& health() noexcept { return _health; }
    observe::MetricRegistry& metrics() noexcept { return _metrics; }
    Duration silence() const noexcept { return _timers.sinceBeat(); }

private:
    SystemClock _clock;
    SystemRandom _random;
    ThreadTimers _timers{"timers"};
    observe::MetricRegistry _metrics;
    observe::HealthRegistry _health;
    http::RouteTable _routes;
};

} // namespace waymark::host
