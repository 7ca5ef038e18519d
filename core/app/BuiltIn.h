#pragma once

#include "CommandGroup.h"

#include <vector>

namespace waymark::app
{

/// The commands that no plugin brings.
std::vector<toolkit::CommandGroup> builtInCommands();

} // namespace waymark::app
