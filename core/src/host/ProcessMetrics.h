#pragma once

#include "host/loader/PluginInstance.h"

#include <waymark/base/Subscription.h>
#include <waymark/observe/Metrics.h>

#include <vector>

namespace waymark::host
{

/// Adds what this process is and uses, under the names that Prometheus' own clients give it (process_*), and
/// which version of what is running. Hosts in one process show the same.
std::vector<Subscription> addProcessMetrics(observe::MetricRegistry& metrics);

/// Adds waymark_plugin_info for each instance. The series stay as long as the registry.
void addPluginInfo(observe::MetricRegistry& metrics, const std::vector<PluginInstance>& instances);

} // namespace waymark::host
