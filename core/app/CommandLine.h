#pragma once

#include "host/loader/PluginFinder.h"

#include <ostream>
#include <string>
#include <vector>

namespace waymark::app
{

/// What `waymark` does. Help, listing and inspection read manifests and run no plugin's code.
class CommandLine
{
public:
    explicit CommandLine(std::vector<std::filesystem::path> pluginPath);

    /// Returns the exit code.
    int run(const std::vector<std::string>& words) const;

private:
    using Installed = std::map<std::string, host::PluginSource>;

    int help() const;
    /// Of a plugin or a command; the latter runs the command's own --help.
    int help(std::vector<std::string> words) const;
    int plugin(const std::vector<std::string>& words) const;
    int list() const;
    int inspect(const std::string& which) const;
    int dispatch(const std::vector<std::string>& words) const;
    /// Whether the word is no plugin and no command, but what names of plugins begin with, before a dash.
    bool isFamily(const std::string& word) const;
    /// Of all plugins of a family the one that has the command.
    int dispatchInFamily(const std::vector<std::string>& words) const;
    int dispatchByCommand(const std::vector<std::string>& words) const;
    int execute(const host::PluginSource& source, const std::string& command,
                std::vector<std::string> arguments) const;
    static int usage(const std::string& message);

    Installed _installed;
};

} // namespace waymark::app
