#include "BuiltIn.h"

#include "bootnode/BootnodeCommand.h"

namespace waymark::app
{

std::vector<toolkit::CommandGroup> builtInCommands(const std::vector<std::filesystem::path>& pluginPath)
{
    return {{"node", {bootnodeCommand(pluginPath)}}};
}

} // namespace waymark::app
