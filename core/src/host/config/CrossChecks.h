#pragma once

#include "host/config/Configuration.h"

#include <set>
#include <string>
#include <vector>

namespace waymark::host
{

/// The sources of waymark.log.level must be the host or entries of waymark.plugins; those that are
/// `installed` only get a warning.
void checkLogSources(Configuration& configuration, const std::set<std::string>& installed);

/// `instances` of one plugin, whose sections are there, must not listen on one endpoint: sockets are shared
/// between protocols, and the second of the same protocol would never hear anything.
void checkEndpoints(Configuration& configuration, const std::vector<std::string>& instances);

} // namespace waymark::host
