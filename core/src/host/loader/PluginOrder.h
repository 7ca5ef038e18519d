#pragma once

#include "host/loader/PluginInstance.h"

#include <map>
#include <string>
#include <vector>

namespace waymark::host
{

/// Names of those of `installed` that go together: of several providers of a single service the first by
/// name.
std::vector<std::string> oneOfEachService(const std::map<std::string, PluginSource>& installed);

/// Sorts instances so that each comes after those whose services it needs and, where that is possible, wants;
/// otherwise the order given is kept. Returns what forbids an order, naming both sides: two providers of a
/// single service, a missing need (and which of `installed` would meet it), a cycle of needs. Needs are asked
/// for only when `isWhole`: a plugin that was not found may be the one that meets them.
std::vector<std::string> sortByNeeds(std::vector<PluginInstance>& instances,
                                     const std::map<std::string, PluginSource>& installed, bool isWhole);

} // namespace waymark::host
