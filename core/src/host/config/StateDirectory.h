#pragma once

#include "host/config/Configuration.h"

#include <filesystem>

namespace waymark::host
{

/// waymark.state-dir, else what systemd made for the unit, else the default. The section "waymark" is there.
std::filesystem::path stateDirectoryOf(const Configuration& configuration);

} // namespace waymark::host
