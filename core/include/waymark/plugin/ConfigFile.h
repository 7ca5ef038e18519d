#pragma once

#include <waymark/base/Result.h>
#include <waymark/plugin/ConfigSchema.h>
#include <waymark/plugin/ConfigView.h>

#include <filesystem>
#include <string>
#include <vector>

namespace waymark::plugin
{

/// What a daemon that is started with this configuration file would give to a plugin, for commands that work
/// on a daemon's files. The instance is the first one of `library` in waymark.plugins, else the one of that
/// name. invalidArgument, with every problem of its keys and of the host's, when the daemon would refuse
/// them.
Result<ConfigView> readConfigFile(const std::filesystem::path& file, const std::string& library,
                                  const ConfigSchema& schema);

/// Which plugins a daemon with this configuration file would load.
struct ConfiguredPlugins
{
    std::vector<std::string> libraries;         ///< of waymark.plugins, in order
    std::vector<std::filesystem::path> folders; ///< waymark.plugin-path
};

/// invalidArgument, with every problem of the host's keys.
Result<ConfiguredPlugins> configuredPlugins(const std::filesystem::path& file);

} // namespace waymark::plugin
