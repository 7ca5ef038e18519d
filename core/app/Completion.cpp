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
constexpr const char* fileBehindAt = ":@files";

/// Words that may stand where nothing names a command yet: groups, families, and commands' next words.
Candidates namesAfter(const Catalogue& catalogue, std::span<const std::string> before)
{
    Candidates found;
    const auto groups =
        before.empty() ? std::vector<const Catalogue::Group*>() : catalogue.meantBy(before[0]);
    if (before.empty()) {
        for (const auto& group : catalogue.groups())
            if (!group.commands.empty())
                found.emplace(group.name,
                              (group.version.empty() ? "built in: " : "the plugin ") + group.name);
        found.emplace("help", "how to use a command");
    }
    const auto add = [&found](const Catalogue::Group& group, std::span<const std::string> words) {
        std::string start;
        for (const std::string& word : words)
            start += word + ' ';
        for (const auto& [name, help] : group.commands) {
            if (!name.starts_with(start))
                continue;
            const std::string rest = name.substr(start.size());
            // zsh puts words with the same help on one line, so that of nouns is a different one for each.
            const std::size_t end = rest.find(' ');
            const auto [place, isNew] =
                found.emplace(rest.substr(0, end), end == std::string::npos ? help : "");
            if (end != std::string::npos)
                place->second += (place->second.empty() ? "" : ", ") + rest.substr(end + 1);
        }
    };
    for (const Catalogue::Group* group : groups)
        add(*group, before.subspan(1));
    for (const Catalogue::Group& group : catalogue.groups())
        add(group, before);
    return found;
}

Candidates valuesOf(const CommandArgument& argument, const std::string& last)
{
    Candidates found;
    for (const std::string& value : argument.candidates())
        found.emplace(value, "");
    if (argument.isFile())
        found.emplace(anyFile, "");
    else if (last.starts_with('@'))
        found.emplace(fileBehindAt, "");
    return found;
}

/// Dashes apart: `waymark bootnode` takes one or two.
std::string nameOf(const std::string& option)
{
    return option.substr(std::min(option.find_first_not_of('-'), option.size()));
}

Candidates argumentsOf(const plugin::CommandLine& line, const Words& before, const std::string& last)
{
    const auto& all = line.arguments();
    const auto named = [&](const std::string& word) {
        return std::ranges::find_if(all, [&](const auto& argument) {
            return argument.isNamed() && word.starts_with('-') && argument.name() == nameOf(word);
        });
    };
    const auto value = before.empty() ? all.end() : named(before.back());
    if (value != all.end() && value->kind() == CommandArgument::Kind::option)
        return valuesOf(*value, last);
    Candidates found;
    if (last.starts_with('-')) {
        found.emplace("--help", "show how it is used");
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
            return valuesOf(argument, last);
        --given;
    }
    return found;
}

/// An option behind one dash.
bool isShortened(const std::string& option, const std::string& last)
{
    return last.starts_with('-') && last.size() > 1 && option.starts_with('-' + last);
}

} // namespace

int complete(const Catalogue& catalogue, const std::vector<std::string>& words)
{
    const bool hasDash = !words.empty() && words.front() == "--";
    Words before(words.begin() + (hasDash ? 1 : 0), words.end());
    std::string last = before.empty() ? std::string() : before.back();
    if (!before.empty())
        before.pop_back();
    // bash makes "=" and "@" words: "--out=FILE" is three.
    std::erase(before, "=");
    if (!before.empty() && before.back() == "@") {
        last.insert(0, before.back());
        before.pop_back();
    }
    const bool isHelp = !before.empty() && (before.front() == "help" || before.front() == "man");
    if (isHelp)
        before.erase(before.begin());
    Candidates found;
    const auto match =
        before.empty() ? Result<Catalogue::Match>(failure(ErrorCode::notFound, "")) : catalogue.find(before);
    if (!before.empty() && before.back() == "--plugin-path") {
        found.emplace(anyFile, "");
    } else if (before.empty() && last.starts_with('-')) {
        found = {{"--help", "show how it is used"},
                 {"--plugin-path", "a folder with more plugins"},
                 {"--version", "the version"}};
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
        if (word == anyFile || word == fileBehindAt)
            std::cout << word << '\n';
        else if (word.starts_with(last == "=" ? "" : last) || isShortened(word, last))
            std::cout << word << '\t' << help << '\n';
    }
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::app
