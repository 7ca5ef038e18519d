#include "BuiltIn.h"

#include "NodeGroup.h"

namespace waymark::app
{

std::vector<toolkit::CommandGroup> builtInCommands()
{
    return {toolkit::nodeGroup()};
}

} // namespace waymark::app
