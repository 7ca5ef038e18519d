#include "CommandLine.h"

#include "BuiltIn.h"
#include "Completion.h"
#include "ManualPage.h"
#include "base/Columns.h"
#include "base/Text.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/plugin/Plugin.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace waymark::app
{

namespace
{

using plugin::ExitCode;

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

using Commands = std::vector<std::pair<std::string, std::string>>;

void printCommands(const Catalogue::Group& group, const Commands& commands)
{
    std::cout << group.name << (group.version.empty() ? "" : " " + group.version) << '\n';
    std::vector<std::vector<std::string>> rows;
    for (const auto& [name, text] : commands)
        rows.push_back({"  " + name, text});
    std::cout << text::aligned(rows, text::terminalWidth());
}

/// Those of the group that begin with this word; empty for a word that is none of theirs.
Commands beginningWith(const std::string& word, const Catalogue::Group& group)
{
    Commands found;
    for (const auto& command : group.commands)
        if (command.first.starts_with(word + ' '))
            found.push_back(command);
    return found;
}

std::string meant(const std::string& word, const std::vector<std::string>& known)
{
    const std::string near = text::nearest(word, known);
    return near.empty() ? "" : "; did you mean " + near + '?';
}

/// NO_COLOR as no-color.org has it: set and not empty.
bool wantsColour()
{
    const char* const no = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && (no == nullptr || *no == '\0') && terminal != nullptr &&
           std::string_view(terminal) != "dumb";
}

constexpr const char* pluginUsage =
    "usage: waymark plugin list              what is installed, without running its code\n"
    "       waymark plugin inspect PLUGIN    one of them, by its name or its file\n";

} // namespace

CommandLine::CommandLine(const std::vector<std::filesystem::path>& pluginPath)
    : _catalogue(builtInCommands(), host::PluginFinder(host::pluginFolders(pluginPath), {}).installed())
{
}

int CommandLine::run(const std::vector<std::string>& words) const
{
    if (words.empty())
        return help();
    const std::string& verb = words.front();
    const std::vector<std::string> rest(words.begin() + 1, words.end());
    if (verb == "help")
        return help(rest);
    if (verb == "plugin")
        return plugin(rest);
    if (verb == "completion")
        return printCompletionScript(rest);
    if (verb == "complete")
        return complete(_catalogue, rest);
    if (verb == "man")
        return printManualPage(_catalogue, rest);
    return execute(words);
}

int CommandLine::help() const
{
    std::cout << "usage: waymark [--plugin-path DIR]... PLUGIN COMMAND [ARGUMENT]...\n"
                 "       waymark COMMAND [ARGUMENT]...       where only one plugin has the command\n"
                 "       waymark FAMILY COMMAND [ARGUMENT]...  of the one plugin FAMILY-... that has it\n"
                 "       waymark plugin list | plugin inspect PLUGIN | help [WORD]... | --version\n"
                 "       waymark completion bash | completion zsh | man [COMMAND]\n";
    for (const Catalogue::Group& group : _catalogue.groups()) {
        if (group.commands.empty())
            continue;
        std::cout << '\n';
        printCommands(group, group.commands);
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
    if (words.front() == "completion")
        return printCompletionScript({"--help"});
    if (words.front() == "man")
        return printManualPage(_catalogue, {"--help"});
    const auto groups = _catalogue.meantBy(words.front());
    const bool isWhole = words.size() == 1 && !groups.empty();
    if (isWhole) {
        for (const Catalogue::Group* group : groups) {
            if (group->refusal)
                return usage(*group->refusal);
            printCommands(*group, group->commands);
        }
        const bool hasAny =
            std::ranges::any_of(groups, [](const auto* group) { return !group->commands.empty(); });
        std::cout << (hasAny ? "More of a command: waymark help "
                             : "It has no commands; waymark plugin inspect ")
                  << words.front() << (hasAny ? " COMMAND\n" : " shows it.\n");
        return static_cast<int>(ExitCode::ok);
    }
    const auto match = _catalogue.find(words);
    bool isNoun = false;
    for (const Catalogue::Group& group : _catalogue.groups()) {
        const bool isOwner = groups.empty() || std::ranges::find(groups, &group) != groups.end();
        const auto commands = isOwner ? beginningWith(words.back(), group) : Commands();
        if (match || commands.empty() || words.size() > (groups.empty() ? 1U : 2U))
            continue;
        printCommands(group, commands);
        isNoun = true;
    }
    if (isNoun)
        return static_cast<int>(ExitCode::ok);
    words.emplace_back("--help"); // what every command understands
    return execute(words);
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
    for (const auto& [library, source] : _catalogue.installed()) {
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
    const auto found = _catalogue.installed().find(which);
    std::error_code ignored;
    if (found == _catalogue.installed().end() && !std::filesystem::exists(which, ignored)) {
        std::vector<std::string> names;
        for (const auto& [library, source] : _catalogue.installed())
            names.push_back(library);
        const std::string near = meant(which, names);
        std::cerr << "waymark: no plugin and no file is named '" << which << '\''
                  << (near.empty() ? "; waymark plugin list shows what is installed" : near) << '\n';
        return static_cast<int>(ExitCode::configuration);
    }
    const host::PluginSource source =
        found == _catalogue.installed().end() ? host::readSource(which) : found->second;
    if (!source.manifest) {
        std::cerr << "waymark: " << source.description() << ": " << source.manifest.error().message << '\n';
        return static_cast<int>(ExitCode::configuration);
    }
    printManifest(source);
    return static_cast<int>(ExitCode::ok);
}

int CommandLine::execute(const std::vector<std::string>& words) const
{
    const auto match = _catalogue.find(words);
    if (!match && match.error().code == ErrorCode::unavailable) {
        std::cerr << "waymark: " << match.error().message << '\n';
        return static_cast<int>(ExitCode::configuration);
    }
    if (!match)
        return usage(match.error().message);
    const auto command = _catalogue.create(*match);
    if (!command) {
        std::cerr << "waymark: " << command.error().message << '\n';
        return static_cast<int>(ExitCode::configuration);
    }
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    const plugin::CommandContext context{
        std::vector<std::string>(words.begin() + static_cast<std::ptrdiff_t>(match->words), words.end()),
        std::cin,
        std::cout,
        std::cerr,
        terminal,
        ::isatty(STDERR_FILENO) == 1,
        terminal && wantsColour(),
        text::terminalWidth()};
    std::string complaint;
    try {
        const int code = (*command)->run(context);
        if (std::cout.flush())
            return code;
        std::cerr << "waymark: " << match->command << ": cannot write its results to standard output\n";
        return code == 0 ? static_cast<int>(ExitCode::io) : code;
    } catch (const std::exception& error) {
        complaint = error.what(); // the object itself must not outlive the plugin
    }
    std::cerr << "waymark: " << match->command << ": " << complaint << '\n';
    return static_cast<int>(ExitCode::internal);
}

int CommandLine::usage(const std::string& message)
{
    const bool asks = message.ends_with('?');
    std::cerr << "waymark: " << message << (asks ? " " : "; ") << "waymark help shows more\n";
    return static_cast<int>(ExitCode::usage);
}

} // namespace waymark::app
