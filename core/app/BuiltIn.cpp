#include "BuiltIn.h"

#include "NodeGroup.h"
#include "bootnode/BootnodeCommand.h"
#include "stores/RegistryGroup.h"

namespace waymark::app
{

std::vector<toolkit::CommandGroup> builtInCommands(const std::vector<std::filesystem::path>& pluginPath)
{
    toolkit::CommandGroup node = toolkit::nodeGroup();
    node.commands.push_back(bootnodeCommand(pluginPath));
    return {std::move(node), toolkit::stores::registryGroup(pluginPath)};
}

} // namespace waymark::app
