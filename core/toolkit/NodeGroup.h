#pragma once

#include "CommandGroup.h"

namespace waymark::toolkit
{

/// `waymark node ...`: keys, records, URLs and sets of nodes.
CommandGroup nodeGroup();

} // namespace waymark::toolkit
