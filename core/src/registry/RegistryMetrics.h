#pragma once

#include <waymark/observe/Metrics.h>
#include <waymark/registry/RegistryPlan.h>

#include <array>
#include <string>
#include <vector>

namespace waymark::registry
{

/// What a registry counts, the same for every back end. Counts nowhere until it is made with a table.
struct RegistryMetrics
{
    RegistryMetrics() = default;
    RegistryMetrics(observe::MetricRegistry& metrics, const std::string& backend);

    void count(const ApplyReport& report) const noexcept;

    std::array<observe::Counter, outcomeCount> outcomes; ///< by Outcome
    observe::Counter expired;
    observe::Counter groups;
    observe::Counter refused;       ///< requests that broke a rule or found no room
    observe::Counter writeFailures; ///< groups that the store could not write
    observe::Histogram commitSeconds;
};

} // namespace waymark::registry
