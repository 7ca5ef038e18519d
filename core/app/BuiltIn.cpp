#include "BuiltIn.h"

#include "CompletionCommand.h"
#include "ManCommand.h"
#include "NodeGroup.h"
#include "PluginInspectCommand.h"
#include "PluginListCommand.h"
#include "bootnode/BootnodeCommand.h"
#include "scaffold/PluginNewCommand.h"
#include "scaffold/PluginTemplate.h"
#include "stores/RegistryGroup.h"

#include <memory>

namespace waymark::app
{

namespace
{

toolkit::CommandGroup ownGroup(const Catalogue& catalogue)
{
    const auto making = [&catalogue]<class Command>(std::unique_ptr<Command>) {
        return [&catalogue] {
            return std::make_unique<Command>(catalogue);
        };
    };
    return {"waymark",
            {{"plugin list", "Show what is installed, without running its code",
              making(std::unique_ptr<PluginListCommand>())},
             {"plugin inspect", "Show what a plugin says of itself",
              making(std::unique_ptr<PluginInspectCommand>())},
             {"plugin new", "Write a plugin that builds, is tested and can be packaged",
              [&catalogue] {
                  return std::make_unique<PluginNewCommand>(catalogue, PluginTemplate::folder);
              }},
             {"man", "Print the manual page", making(std::unique_ptr<ManCommand>())},
             {"completion", "Print a script for the Tab key of bash or zsh", [] {
                  return std::make_unique<CompletionCommand>();
              }}}};
}

} // namespace

std::vector<toolkit::CommandGroup> builtInCommands(const std::vector<std::filesystem::path>& pluginPath,
                                                   const Catalogue& catalogue)
{
    toolkit::CommandGroup node = toolkit::nodeGroup();
    node.commands.push_back(bootnodeCommand(pluginPath));
    return {std::move(node), toolkit::stores::registryGroup(pluginPath), ownGroup(catalogue)};
}

} // namespace waymark::app
