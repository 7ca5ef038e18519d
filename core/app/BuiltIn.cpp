#include "BuiltIn.h"

namespace waymark::app
{

std::vector<toolkit::CommandGroup> builtInCommands()
{
    return {};
}

} // namespace waymark::app
