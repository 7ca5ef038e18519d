#include "CommandLine.h"

#include "base/Columns.h"
#include "base/Text.h"
#include "host/loader/PluginLoader.h"

#include <waymark/plugin/Plugin.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <unistd.h>

namespace waymark::app
{

namespace
{

using plugin::ExitCode;

bool hasCommand(const host::PluginManifest& manifest, const std::string& name)
{
    return std::ranges::any_of(manifest.commands, [&](const auto& command) { return command.first == name; });
}

void printManifest(const host::PluginSource& source)
{
    const host::PluginManifest& manifest = *source.manifest;
    std::vector<std::vector<std::string>> rows;
    const auto line = [&](const char* what, const std::string& value) {
        rows.push_back({what, value.empty() ? "-" : value});
    };
    line("file", source.description());
    line("name", manifest.name);
    line("version", manifest.version);
    line("plugin ABI", std::to_string(manifest.abi));
    line("build tag", manifest.buildTag);
    line("provides", text::joined(manifest.provides));
    line("needs", text::joined(manifest.needs));
    line("wants", text::joined(manifest.wants));
    for (const auto& [name, help] : manifest.commands)
        line("command", name + ": " + help);
    std::cout << text::aligned(rows, text::unlimited); // paths stay whole
}

void printCommands(const std::string& library, const host::PluginManifest& manifest)
{
    std::cout << library << ' ' << manifest.version << '\n';
    std::vector<std::vector<std::string>> rows;
    for (const auto& [name, text] : manifest.commands)
        rows.push_back({"  " + name, text});
    std::cout << text::aligned(rows, text::terminalWidth());
}

std::string meant(const std::string& word, const std::vector<std::string>& known)
{
    const std::string near = text::nearest(word, known);
    return near.empty() ? "" : "; did you mean " + near + '?';
}

/// "registry" of "registry-sqlite"; empty for a name of one word.
std::string familyOf(const std::string& library)
{
    const std::size_t dash = library.find('-');
    return dash == std::string::npos ? std::string() : library.substr(0, dash);
}

std::vector<std::string> commandsOf(const host::PluginManifest& manifest)
{
    std::vector<std::string> names;
    for (const auto& [name, help] : manifest.commands)
        names.push_back(name);
    return names;
}

constexpr const char* pluginUsage =
    "usage: waymark plugin list              what is installed, without running its code\n"
    "       waymark plugin inspect PLUGIN    one of them, by its name or its file\n";

} // namespace

CommandLine::CommandLine(std::vector<std::filesystem::path> pluginPath)
    : _installed(host::PluginFinder(host::pluginFolders(std::move(pluginPath)), {}).installed())
{
}

int CommandLine::run(const std::vector<std::string>& words) const
{
    if (words.empty())
        return help();
    if (words.front() == "help")
        return help({words.begin() + 1, words.end()});
    if (words.front() != "plugin")
        return dispatch(words);
    return plugin({words.begin() + 1, words.end()});
}

int CommandLine::help() const
{
    std::cout << "usage: waymark [--plugin-path DIR]... PLUGIN COMMAND [ARGUMENT]...\n"
                 "       waymark COMMAND [ARGUMENT]...       where only one plugin has the command\n"
                 "       waymark FAMILY COMMAND [ARGUMENT]...  of the one plugin FAMILY-... that has it\n"
                 "       waymark plugin list | plugin inspect PLUGIN | help [WORD]... | --version\n";
    for (const auto& [library, source] : _installed) {
        if (!source.manifest || source.manifest->commands.empty())
            continue;
        std::cout << '\n';
        printCommands(library, *source.manifest);
    }
    return static_cast<int>(ExitCode::ok);
}

int CommandLine::help(std::vector<std::string> words) const
{
    if (words.empty() || words.front() == "help")
        return help();
    if (words.front() == "plugin") {
        std::cout << pluginUsage;
        return static_cast<int>(ExitCode::ok);
    }
    if (words.size() == 1 && isFamily(words.front())) {
        for (const auto& [library, source] : _installed) {
            if (source.manifest && familyOf(library) == words.front())
                printCommands(library, *source.manifest);
        }
        return static_cast<int>(ExitCode::ok);
    }
    const auto named = _installed.find(words.front());
    if (words.size() == 1 && named != _installed.end() && named->second.manifest) {
        const host::PluginManifest& manifest = *named->second.manifest;
        printCommands(words.front(), manifest);
        std::cout << (manifest.commands.empty() ? "It has no commands; waymark plugin inspect "
                                                : "More of a command: waymark help ")
                  << words.front() << (manifest.commands.empty() ? " shows it.\n" : " COMMAND\n");
        return static_cast<int>(ExitCode::ok);
    }
    words.emplace_back("--help"); // what every command understands
    return dispatch(words);
}

int CommandLine::plugin(const std::vector<std::string>& words) const
{
    const std::string verb = words.empty() ? std::string() : words.front();
    if (verb == "list")
        return words.size() == 1 ? list() : usage("plugin list takes no '" + words[1] + '\'');
    if (verb == "inspect" && words.size() == 2)
        return inspect(words[1]);
    if (verb == "inspect")
        return usage(
            words.size() == 1
                ? "plugin inspect needs a plugin, by its name (waymark plugin list has them) or its file"
                : "plugin inspect takes one plugin, not '" + words[2] + "' as well");
    return usage(verb.empty() ? "what of plugins? Write 'plugin list' or 'plugin inspect PLUGIN'"
                              : '\'' + verb + "' is nothing that can be done with plugins" +
                                    meant(verb, {"list", "inspect"}) +
                                    "; write 'plugin list' or 'plugin inspect PLUGIN'");
}

int CommandLine::list() const
{
    std::vector<std::vector<std::string>> rows{{"PLUGIN", "VERSION", "PROVIDES"}};
    for (const auto& [library, source] : _installed) {
        if (!source.manifest)
            rows.push_back({library, "-", "refused: " + source.manifest.error().message});
        else
            rows.push_back(
                {library, source.manifest->version,
                 source.manifest->provides.empty() ? "-" : text::joined(source.manifest->provides)});
    }
    std::cout << text::aligned(rows, text::terminalWidth());
    return static_cast<int>(ExitCode::ok);
}

int CommandLine::inspect(const std::string& which) const
{
    const auto found = _installed.find(which);
    std::error_code ignored;
    if (found == _installed.end() && !std::filesystem::exists(which, ignored)) {
        std::vector<std::string> names;
        for (const auto& [library, source] : _installed)
            names.push_back(library);
        const std::string near = meant(which, names);
        std::cerr << "waymark: no plugin and no file is named '" << which << '\''
                  << (near.empty() ? "; waymark plugin list shows what is installed" : near) << '\n';
        return static_cast<int>(ExitCode::configuration);
    }
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
        const auto names = commandsOf(*source.manifest);
        if (names.empty())
            return usage("plugin " + words.front() + " has no commands");
        return usage("plugin " + words.front() + " has the commands " + text::joined(names) +
                     (words.size() < 2 ? "" : ", and no '" + words[1] + '\'' + meant(words[1], names)));
    }
    return isFamily(words.front()) ? dispatchInFamily(words) : dispatchByCommand(words);
}

bool CommandLine::isFamily(const std::string& word) const
{
    const bool isCommand = std::ranges::any_of(_installed, [&](const auto& entry) {
        return entry.second.manifest && hasCommand(*entry.second.manifest, word);
    });
    return !isCommand && !_installed.contains(word) && !word.empty() &&
           std::ranges::any_of(_installed, [&](const auto& entry) { return familyOf(entry.first) == word; });
}

int CommandLine::dispatchInFamily(const std::vector<std::string>& words) const
{
    const std::string& family = words.front();
    std::vector<std::string> members;
    std::vector<std::string> owners;
    std::vector<std::string> known;
    for (const auto& [library, source] : _installed) {
        if (!source.manifest || familyOf(library) != family)
            continue;
        members.push_back(library);
        std::ranges::copy(commandsOf(*source.manifest), std::back_inserter(known));
        if (words.size() >= 2 && hasCommand(*source.manifest, words[1]))
            owners.push_back(library);
    }
    if (owners.size() == 1)
        return execute(_installed.at(owners.front()), words[1], {words.begin() + 2, words.end()});
    if (owners.size() > 1)
        return usage("several plugins have the command " + words[1] + "; write one of them in the place of " +
                     family + ": " + text::joined(owners));
    const std::string plugins = text::joined(members);
    if (known.empty())
        return usage("the plugins " + plugins + " have no commands");
    return usage("the plugins " + plugins + " have the commands " + text::joined(known) +
                 (words.size() < 2 ? "" : ", and no '" + words[1] + '\'' + meant(words[1], known)));
}

int CommandLine::dispatchByCommand(const std::vector<std::string>& words) const
{
    std::vector<std::string> owners;
    std::vector<std::string> known{"plugin", "help"};
    for (const auto& [library, source] : _installed) {
        if (!source.manifest)
            continue;
        if (hasCommand(*source.manifest, words.front()))
            owners.push_back(library);
        known.push_back(library);
        std::ranges::copy(commandsOf(*source.manifest), std::back_inserter(known));
    }
    if (owners.empty())
        return usage("no plugin and no command is named '" + words.front() + '\'' +
                     meant(words.front(), known));
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
    const bool asks = message.ends_with('?');
    std::cerr << "waymark: " << message << (asks ? " " : "; ") << "waymark help shows more\n";
    return static_cast<int>(ExitCode::usage);
}

} // namespace waymark::app
