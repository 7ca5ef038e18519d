#pragma once

#include "CommandGroup.h"

#include <filesystem>
#include <vector>

namespace waymark::app
{

class Catalogue;

/// The commands that no plugin brings. Some of them look for plugins: in these folders before the usual ones.
/// Some tell of the catalogue that they are in, which outlives them; it is not used before one is made.
std::vector<toolkit::CommandGroup> builtInCommands(const std::vector<std::filesystem::path>& pluginPath,
                                                   const Catalogue& catalogue);

} // namespace waymark::app
