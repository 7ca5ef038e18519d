#include "CommandLine.h"

#include "base/Text.h"
#include "host/loader/PluginLoader.h"

#include <waymark/plugin/Plugin.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <unistd.h>

namespace waymark::app
{

namespace
{

using plugin::ExitCode;

constexpr int nameWidth = 18;

bool hasCommand(const host::PluginManifest& manifest, const std::string& name)
{
    return std::ranges::any_of(manifest.commands, [&](const auto& command) { return command.first == name; });
}

void printManifest(const host::PluginSource& source)
{
    const host::PluginManifest& manifest = *source.manifest;
    const auto line = [](const char* what, const std::string& value) {
        std::cout << std::left << std::setw(nameWidth) << what << (value.empty() ? "-" : value) << '\n';
    };
    line("file", source.description());
    line("name", manifest.name);
    line("version", manifest.version);
    line("build tag", manifest.buildTag);
    line("provides", text::joined(manifest.provides));
    line("needs", text::joined(manifest.needs));
    line("wants", text::joined(manifest.wants));
    for (const auto& [name, help] : manifest.commands)
        line("command", name + ": " + help);
}

} // namespace

CommandLine::CommandLine(std::vector<std::filesystem::path> pluginPath)
    : _installed(host::PluginFinder(host::pluginFolders(std::move(pluginPath)), {}).installed())
{
}

int CommandLine::run(const std::vector<std::string>& words) const
{
    if (words.empty() || words.front() == "help")
        return help();
    if (words.front() != "plugin")
        return dispatch(words);
    if (words.size() == 2 && words[1] == "list")
        return list();
    if (words.size() == 3 && words[1] == "inspect")
        return inspect(words[2]);
    return usage("write 'waymark plugin list' or 'waymark plugin inspect FILE'");
}

int CommandLine::help() const
{
    std::cout << "usage: waymark [--plugin-path DIR]... PLUGIN COMMAND [ARGUMENT]...\n"
                 "       waymark COMMAND [ARGUMENT]...       where only one plugin has the command\n"
                 "       waymark plugin list | plugin inspect FILE | help | --version\n";
    for (const auto& [library, source] : _installed) {
        if (!source.manifest || source.manifest->commands.empty())
            continue;
        std::cout << '\n' << library << ' ' << source.manifest->version << '\n';
        for (const auto& [name, text] : source.manifest->commands)
            std::cout << "  " << std::left << std::setw(nameWidth - 2) << name << text << '\n';
    }
    return static_cast<int>(ExitCode::ok);
}

int CommandLine::list() const
{
    for (const auto& [library, source] : _installed) {
        std::cout << std::left << std::setw(nameWidth) << library << ' ';
        if (source.manifest)
            std::cout << source.manifest->version << "  provides "
                      << (source.manifest->provides.empty() ? "-" : text::joined(source.manifest->provides))
                      << "  " << source.description() << '\n';
        else
            std::cout << "refused: " << source.manifest.error().message << "  " << source.description()
                      << '\n';
    }
    return static_cast<int>(ExitCode::ok);
}

int CommandLine::inspect(const std::string& which) const
{
    const auto found = _installed.find(which);
    const host::PluginSource source = found == _installed.end() ? host::readSource(which) : found->second;
    if (!source.manifest) {
        std::cerr << "waymark: " << source.description() << ": " << source.manifest.error().message << '\n';
        return static_cast<int>(ExitCode::configuration);
    }
    printManifest(source);
    return static_cast<int>(ExitCode::ok);
}

int CommandLine::dispatch(const std::vector<std::string>& words) const
{
    const auto named = _installed.find(words.front());
    if (named != _installed.end()) {
        const host::PluginSource& source = named->second;
        if (!source.manifest) {
            std::cerr << "waymark: " << source.description() << ": " << source.manifest.error().message
                      << '\n';
            return static_cast<int>(ExitCode::configuration);
        }
        if (words.size() >= 2 && hasCommand(*source.manifest, words[1]))
            return execute(source, words[1], {words.begin() + 2, words.end()});
        std::vector<std::string> names;
        for (const auto& [name, help] : source.manifest->commands)
            names.push_back(name);
        return usage(names.empty() ? "plugin " + words.front() + " has no commands"
                                   : "plugin " + words.front() + " has the commands " + text::joined(names));
    }
    std::vector<std::string> owners;
    for (const auto& [library, source] : _installed)
        if (source.manifest && hasCommand(*source.manifest, words.front()))
            owners.push_back(library);
    if (owners.empty())
        return usage("no plugin and no command is named '" + words.front() + '\'');
    if (owners.size() > 1)
        return usage("several plugins have the command " + words.front() +
                     "; write the plugin before it: " + text::joined(owners));
    return execute(_installed.at(owners.front()), words.front(), {words.begin() + 1, words.end()});
}

int CommandLine::execute(const host::PluginSource& source, const std::string& command,
                         std::vector<std::string> arguments) const
{
    const auto loaded = host::loadPlugin(source.file);
    if (!loaded) {
        std::cerr << "waymark: " << source.description() << ": " << loaded.error().message << '\n';
        return static_cast<int>(ExitCode::configuration);
    }
    const auto instance = (*loaded)->command(command);
    if (!instance) {
        std::cerr << "waymark: " << source.description() << " does not have the command " << command
                  << " that its manifest promises\n";
        return static_cast<int>(ExitCode::configuration);
    }
    const plugin::CommandContext context{std::move(arguments), std::cin, std::cout, std::cerr,
                                         ::isatty(STDOUT_FILENO) == 1};
    std::string complaint;
    try {
        return instance->run(context);
    } catch (const std::exception& error) {
        complaint = error.what(); // the object itself must not outlive the plugin
    }
    std::cerr << "waymark: " << command << ": " << complaint << '\n';
    return static_cast<int>(ExitCode::internal);
}

int CommandLine::usage(const std::string& message)
{
    std::cerr << "waymark: " << message << "; waymark help shows more\n";
    return static_cast<int>(ExitCode::usage);
}

} // namespace waymark::app
