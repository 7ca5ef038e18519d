#include "BuiltIn.h"

#include "bootnode/BootnodeCommand.h"
#include "stores/Commands.h"

namespace waymark::app
{

std::vector<toolkit::CommandGroup> builtInCommands(const std::vector<std::filesystem::path>& pluginPath)
{
    return {{"node", {bootnodeCommand(pluginPath)}}, toolkit::stores::registryGroup(pluginPath)};
}

} // namespace waymark::app
