#pragma once

#include "CommandGroup.h"

#include <filesystem>
#include <vector>

namespace waymark::toolkit::stores
{

/// `waymark registry export|import|convert|stats`: work on stored registries without a daemon. `repair` is a
/// command of registry-sqlite.
CommandGroup registryGroup(const std::vector<std::filesystem::path>& pluginPath);

} // namespace waymark::toolkit::stores
