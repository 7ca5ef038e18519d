#pragma once

#include "CommandGroup.h"

#include <filesystem>
#include <vector>

namespace waymark::app
{

/// The commands that no plugin brings. Some of them look for plugins: in these folders before the usual ones.
std::vector<toolkit::CommandGroup> builtInCommands(const std::vector<std::filesystem::path>& pluginPath);

} // namespace waymark::app
