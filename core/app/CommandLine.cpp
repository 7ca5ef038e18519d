#include "CommandLine.h"

#include "BuiltIn.h"
#include "Complaint.h"
#include "Completion.h"
#include "base/Columns.h"
#include "base/Environment.h"
#include "base/Secret.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/plugin/Plugin.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <system_error>
#include <unistd.h>

namespace waymark::app
{

namespace
{

using plugin::ExitCode;

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

/// NO_COLOR as no-color.org has it: set and not empty.
bool wantsColour()
{
    const std::string_view terminal = environment("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() && !terminal.empty() &&
           terminal != "dumb";
}

constexpr const char* usageText =
    "usage: waymark [--plugin-path DIR]... COMMAND [ARGUMENT]...\n"
    "       waymark [--plugin-path DIR]... PLUGIN COMMAND [ARGUMENT]...\n"
    "       waymark help [WORD]...\n"
    "       waymark --version\n"
    "\n"
    "A plugin's name is needed where several have the command. The family stands for\n"
    "the one of it that has it: registry for registry-sqlite.\n";

/// Not of a pipe that was closed: whoever read it has enough.
void complainOf(const StandardOutput& output, const std::string& name)
{
    if (output.fault() != EPIPE)
        complain(name +
                 ": cannot write to standard output: " + std::generic_category().message(output.fault()));
}

} // namespace

CommandLine::CommandLine(const std::vector<std::filesystem::path>& pluginPath, const StandardOutput& output)
    : _output(output),
      _catalogue(builtInCommands(pluginPath, _catalogue),
                 host::PluginFinder(host::pluginFolders(pluginPath), {}).installed())
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
    if (verb == "complete")
        return complete(_catalogue, rest);
    return execute(words);
}

int CommandLine::help() const
{
    std::cout << usageText;
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
    const auto groups = _catalogue.meantBy(words.front());
    const auto match = _catalogue.find(words);
    if (words.size() == 1 && !groups.empty() && !match)
        return helpOf(words.front(), groups);
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
    if (match && match->words < words.size())
        return usage("help is of a command, and " + match->command + " has none that is called " +
                     text::quoted(words[match->words]));
    words.emplace_back("--help"); // what every command understands
    return execute(words);
}

int CommandLine::helpOf(const std::string& word, const std::vector<const Catalogue::Group*>& groups) const
{
    bool hasAny = false;
    bool isShown = false;
    for (const Catalogue::Group* group : groups) {
        if (group->refusal)
            continue;
        printCommands(*group, group->commands);
        isShown = true;
        hasAny = hasAny || !group->commands.empty();
    }
    // A plugin may be called as the first word of others' commands is.
    for (const Catalogue::Group& group : _catalogue.groups()) {
        const bool isPrinted = std::ranges::find(groups, &group) != groups.end() && !group.refusal;
        const auto commands = isPrinted ? Commands() : beginningWith(word, group);
        if (commands.empty())
            continue;
        printCommands(group, commands);
        isShown = hasAny = true;
    }
    if (!isShown)
        return usage(*groups.front()->refusal);
    std::cout << (hasAny ? "More of a command: waymark help " : "It has no commands; waymark plugin inspect ")
              << word << (hasAny ? " COMMAND\n" : " shows it.\n");
    return static_cast<int>(ExitCode::ok);
}

int CommandLine::execute(const std::vector<std::string>& words) const
{
    const auto match = _catalogue.find(words);
    if (!match && match.error().code == ErrorCode::unavailable) {
        complain("waymark: " + match.error().message);
        return static_cast<int>(ExitCode::configuration);
    }
    if (!match)
        return usage(match.error().message);
    const auto command = _catalogue.create(*match);
    if (!command) {
        complain("waymark: " + command.error().message);
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
    const std::string name = (*command)->line().command();
    std::string complaint;
    try {
        const int code = (*command)->run(context);
        // A command that found out by itself said so.
        if (std::cout.flush() || code == static_cast<int>(ExitCode::io))
            return code;
        complainOf(_output, name);
        return code == 0 ? static_cast<int>(ExitCode::io) : code;
    } catch (const std::exception& error) {
        complaint = error.what(); // the object itself must not outlive the plugin
    }
    complain(name + ": " + complaint);
    return static_cast<int>(ExitCode::internal);
}

int CommandLine::usage(const std::string& message)
{
    const bool asks = message.ends_with('?');
    complain("waymark: " + message + (asks ? " " : "; ") + "waymark help shows more");
    return static_cast<int>(ExitCode::usage);
}

int written(const StandardOutput& output, int code)
{
    if (std::cout.flush() || code != static_cast<int>(ExitCode::ok))
        return code;
    complainOf(output, "waymark");
    return static_cast<int>(ExitCode::io);
}

} // namespace waymark::app
