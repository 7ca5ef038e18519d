#include "registry/RegistryMetrics.h"

namespace waymark::registry
{

RegistryMetrics::RegistryMetrics(observe::MetricRegistry& metrics, const std::string& backend)
    : expired(metrics.counter("waymark_registry_expired_total", "Claims whose leases were over.",
                              {{"backend", backend}})),
      groups(metrics.counter("waymark_registry_commits_total", "Groups of changes that were committed.",
                             {{"backend", backend}})),
      refused(metrics.counter("waymark_registry_refused_total",
                              "Requests that broke a rule, or found the queue or the registry full.",
                              {{"backend", backend}})),
      writeFailures(metrics.counter("waymark_registry_write_failures_total",
                                    "Groups of changes that the store could not write.",
                                    {{"backend", backend}})),
      commitSeconds(metrics.histogram("waymark_registry_commit_seconds",
                                      "How long groups of changes took to be planned, written and committed.",
                                      {1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5, 1, 5},
                                      {{"backend", backend}}))
{
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        outcomes[i] = metrics.counter(
            "waymark_registry_changes_total", "Changes by what became of them.",
            {{"backend", backend}, {"outcome", std::string(toString(static_cast<Outcome>(i)))}});
}

void RegistryMetrics::count(const ApplyReport& report) const noexcept
{
    for (const Outcome outcome : report.outcomes)
        outcomes[static_cast<std::size_t>(outcome)].increment();
}

} // namespace waymark::registry
