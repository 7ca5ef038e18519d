#include "Completion.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/plugin/ExitCode.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <span>

namespace waymark::app
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;
using Candidates = std::map<std::string, std::string>; ///< word and help
using Words = std::vector<std::string>;

constexpr const char* anyFile = ":files";

constexpr const char* bashScript = R"(# bash completion of waymark: source it, or save it as
# /usr/share/bash-completion/completions/waymark
_waymark()
{
    local line word=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS= read -r line; do
        if [ "$line" = :files ]; then
            compopt -o filenames
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$word")
        else
            COMPREPLY+=("${line%%$'\t'*}")
        fi
    done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _waymark waymark
)";

constexpr const char* zshScript = R"(#compdef waymark
# zsh completion of waymark: source it, or save it as _waymark in a folder of $fpath
_waymark()
{
    local line
    local -a found
    for line in "${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        if [[ "$line" == :files ]]; then
            _files
        elif [[ -n "$line" ]]; then
            found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        fi
    done
    (( ${#found} )) && _describe command found
}
if [[ "${funcstack[1]}" == _waymark ]]; then
    _waymark "$@"
else
    compdef _waymark waymark
fi
)";

constexpr const char* scriptUsage =
    "usage: waymark completion bash|zsh\n"
    "\n"
    "Prints a script that completes commands, options and files at the Tab key.\n"
    "\n"
    "example:\n"
    "  waymark completion bash > ~/.local/share/bash-completion/completions/waymark\n";

/// Words that may stand where nothing names a command yet: groups, families, and commands' next words.
Candidates namesAfter(const Catalogue& catalogue, std::span<const std::string> before)
{
    Candidates found;
    const auto groups =
        before.empty() ? std::vector<const Catalogue::Group*>() : catalogue.meantBy(before[0]);
    const bool isInGroup = !groups.empty();
    if (before.empty()) {
        for (const auto& group : catalogue.groups())
            if (!group.commands.empty())
                found.emplace(group.name, group.version.empty() ? "commands" : "plugin");
        found.emplace("plugin", "what is installed");
        found.emplace("help", "of a command");
        found.emplace("man", "the manual page");
        found.emplace("completion", "for bash or zsh");
    }
    std::string start;
    for (const std::string& word : before.subspan(isInGroup ? 1 : 0))
        start += word + ' ';
    for (const Catalogue::Group& group : catalogue.groups()) {
        if (isInGroup && std::ranges::find(groups, &group) == groups.end())
            continue;
        for (const auto& [name, help] : group.commands) {
            if (!name.starts_with(start))
                continue;
            const std::string rest = name.substr(start.size());
            const bool isWhole = rest.find(' ') == std::string::npos;
            found.emplace(rest.substr(0, rest.find(' ')), isWhole ? help : "commands");
        }
    }
    return found;
}

/// By the name that stands for a value in --help.
Candidates valuesOf(const CommandArgument& argument)
{
    Candidates found;
    for (const std::string& choice : argument.choices())
        found.emplace(choice, "");
    const std::string& kind =
        argument.kind() == CommandArgument::Kind::option ? argument.valueName() : argument.name();
    if (kind.find("FILE") != std::string::npos || kind.find("DIR") != std::string::npos)
        found.emplace(anyFile, "");
    return found;
}

Candidates argumentsOf(const plugin::CommandLine& line, const Words& before, const std::string& last)
{
    const auto& all = line.arguments();
    const auto named = [&](const std::string& word) {
        return std::ranges::find_if(
            all, [&](const auto& argument) { return argument.isNamed() && argument.written() == word; });
    };
    const auto value = before.empty() ? all.end() : named(before.back());
    if (value != all.end() && value->kind() == CommandArgument::Kind::option)
        return valuesOf(*value);
    Candidates found;
    if (last.starts_with('-')) {
        found.emplace("--help", "how to use it");
        for (const CommandArgument& argument : all)
            if (argument.isNamed())
                found.emplace(argument.written(), argument.helpText());
        return found;
    }
    std::size_t given = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto option = named(before[i]);
        if (option != all.end() && option->kind() == CommandArgument::Kind::option)
            ++i;
        else if (!before[i].starts_with('-'))
            ++given;
    }
    for (const CommandArgument& argument : all) {
        if (argument.isNamed())
            continue;
        if (given == 0 || argument.isRepeatable())
            return valuesOf(argument);
        --given;
    }
    return found;
}

} // namespace

int printCompletionScript(const std::vector<std::string>& words)
{
    if (words == Words{"bash"})
        std::cout << bashScript;
    else if (words == Words{"zsh"})
        std::cout << zshScript;
    else if (words == Words{"--help"} || words == Words{"-h"})
        std::cout << scriptUsage;
    else {
        std::cerr
            << "waymark: completion needs the name of a shell, bash or zsh; see waymark completion --help\n";
        return static_cast<int>(ExitCode::usage);
    }
    return static_cast<int>(ExitCode::ok);
}

int complete(const Catalogue& catalogue, const std::vector<std::string>& words)
{
    const bool hasDash = !words.empty() && words.front() == "--";
    Words before(words.begin() + (hasDash ? 1 : 0), words.end());
    const std::string last = before.empty() ? std::string() : before.back();
    if (!before.empty())
        before.pop_back();
    const bool isHelp = !before.empty() && (before.front() == "help" || before.front() == "man");
    if (isHelp)
        before.erase(before.begin());
    Candidates found;
    const auto match =
        before.empty() ? Result<Catalogue::Match>(failure(ErrorCode::notFound, "")) : catalogue.find(before);
    if (!before.empty() && before.front() == "completion") {
        found = {{"bash", ""}, {"zsh", ""}};
    } else if (!before.empty() && before.front() == "plugin") {
        found = {{"list", ""}, {"inspect", ""}};
    } else if (!match) {
        found = namesAfter(catalogue, before);
    } else if (!isHelp) {
        const auto command = catalogue.create(*match);
        if (command)
            found = argumentsOf(
                (*command)->line(),
                Words(before.begin() + static_cast<std::ptrdiff_t>(match->words), before.end()), last);
    }
    for (const auto& [word, help] : found) {
        if (word == anyFile)
            std::cout << word << '\n';
        else if (word.starts_with(last))
            std::cout << word << '\t' << help << '\n';
    }
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::app
