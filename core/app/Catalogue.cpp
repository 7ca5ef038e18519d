#include "Catalogue.h"

#include "base/Secret.h"
#include "base/Text.h"
#include "host/loader/PluginLoader.h"

#include <waymark/plugin/Plugin.h>

#include <algorithm>
#include <iterator>

namespace waymark::app
{

namespace
{

std::string meant(const std::string& word, const std::vector<std::string>& known)
{
    const std::string near = text::nearest(word, known);
    return near.empty() ? "" : "; did you mean " + near + '?';
}

std::string firstWord(const std::string& name)
{
    return name.substr(0, name.find(' '));
}

std::vector<std::string> namesOf(const std::vector<const Catalogue::Group*>& groups)
{
    std::vector<std::string> names;
    for (const Catalogue::Group* group : groups)
        names.push_back(group->name);
    return names;
}

std::vector<std::string> commandsOf(const std::vector<const Catalogue::Group*>& groups)
{
    std::vector<std::string> names;
    for (const Catalogue::Group* group : groups)
        for (const auto& [name, help] : group->commands)
            names.push_back(name);
    return names;
}

/// Second words of two-word commands.
std::vector<std::string> verbsOf(const std::string& noun, const std::vector<const Catalogue::Group*>& groups)
{
    std::vector<std::string> verbs;
    for (const std::string& name : commandsOf(groups))
        if (name.starts_with(noun + ' '))
            verbs.push_back(name.substr(noun.size() + 1));
    return verbs;
}

} // namespace

Catalogue::Catalogue(std::vector<toolkit::CommandGroup> builtIn,
                     std::map<std::string, host::PluginSource> installed)
    : _builtIn(std::move(builtIn)), _installed(std::move(installed))
{
    for (const auto& group : _builtIn) {
        _groups.push_back({group.name, {}, std::nullopt, {}});
        for (const auto& command : group.commands)
            _groups.back().commands.emplace_back(command.name, command.help);
    }
    for (const auto& [name, source] : _installed) {
        if (source.manifest)
            _groups.push_back({name, source.manifest->version, std::nullopt, source.manifest->commands});
        else
            _groups.push_back({name, "-", source.description() + ": " + source.manifest.error().message, {}});
    }
}

std::vector<const Catalogue::Group*> Catalogue::meantBy(const std::string& word) const
{
    const bool isCommand = commandThatBegins(word).has_value();
    std::vector<const Group*> groups;
    for (const Group& group : _groups)
        if (group.name == word || (!isCommand && !word.empty() && group.name.starts_with(word + '-')))
            groups.push_back(&group);
    return groups;
}

std::optional<std::string> Catalogue::commandThatBegins(const std::string& word) const
{
    for (const Group& group : _groups)
        for (const auto& [name, help] : group.commands)
            if (firstWord(name) == word)
                return name;
    return std::nullopt;
}

std::optional<Catalogue::Match> Catalogue::findIn(const Group& group, std::span<const std::string> words)
{
    for (std::size_t count = std::min<std::size_t>(words.size(), 2); count > 0; --count) {
        const std::string name = count == 2 ? words[0] + ' ' + words[1] : words[0];
        if (std::ranges::any_of(group.commands, [&](const auto& command) { return command.first == name; }))
            return Match{&group, name, count};
    }
    return std::nullopt;
}

std::vector<Catalogue::Match> Catalogue::findInAll(std::span<const std::string> words) const
{
    std::vector<Match> matches;
    for (const Group& group : _groups)
        if (auto match = findIn(group, words))
            matches.push_back(std::move(*match));
    return matches;
}

Result<Catalogue::Match> Catalogue::find(std::span<const std::string> words) const
{
    const auto groups = meantBy(words.front());
    std::vector<Match> matches;
    for (const Group* group : groups)
        if (auto match = findIn(*group, words.subspan(1)))
            matches.push_back({match->group, match->command, match->words + 1});
    // A plugin that is called as a command's first word is does not hide that command.
    const bool isByCommand = matches.empty();
    if (isByCommand)
        matches = findInAll(words);
    if (matches.size() == 1)
        return matches.front();
    if (matches.empty() && groups.size() == 1 && groups.front()->refusal && !commandThatBegins(words.front()))
        return failure(ErrorCode::unavailable, *groups.front()->refusal);
    if (matches.empty())
        return failure(unknown(words, groups));
    std::vector<std::string> owners;
    for (const Match& match : matches)
        owners.push_back(match.group->name);
    return failure(ErrorCode::conflict,
                   "several plugins have the command " + matches.front().command + "; write one of them " +
                       (isByCommand ? "before it: " : "in the place of " + words.front() + ": ") +
                       text::joined(owners));
}

Error Catalogue::unknown(std::span<const std::string> words, const std::vector<const Group*>& groups) const
{
    const auto lacking = [](std::string message) {
        return Error(ErrorCode::notFound, std::move(message));
    };
    std::vector<const Group*> all;
    for (const Group& group : _groups)
        all.push_back(&group);
    auto verbs = verbsOf(words.front(), all);
    if (!groups.empty() && verbs.empty()) {
        const bool isOne = groups.size() == 1;
        const std::string owner = isOne && groups.front()->version.empty()
                                      ? words.front()
                                      : (isOne ? "plugin " : "the plugins ") + text::joined(namesOf(groups));
        const auto known = commandsOf(groups);
        if (known.empty())
            return lacking(owner + (isOne ? " has" : " have") + " no commands");
        return lacking(
            owner + (isOne ? " has" : " have") + " the commands " + text::joined(known) +
            (words.size() < 2 ? "" : ", and no " + text::quoted(words[1]) + meant(words[1], known)));
    }
    for (const std::string& name : commandsOf(groups))
        if (std::ranges::find(verbs, name) == verbs.end())
            verbs.push_back(name);
    if (!verbs.empty())
        return lacking(words.front() + " needs one of " + text::joined(verbs) +
                       (words.size() < 2 ? "" : ", not " + text::quoted(words[1]) + meant(words[1], verbs)));
    std::vector<std::string> known{"help"};
    std::ranges::copy(namesOf(all), std::back_inserter(known));
    for (const std::string& name : commandsOf(all))
        known.push_back(firstWord(name));
    return lacking("no plugin and no command is named " + text::quoted(words.front()) +
                   meant(words.front(), known));
}

Result<std::shared_ptr<plugin::Command>> Catalogue::create(const Match& match) const
{
    for (const auto& group : _builtIn)
        for (const auto& command : group.commands)
            if (group.name == match.group->name && command.name == match.command)
                return std::shared_ptr<plugin::Command>(command.create());
    const host::PluginSource& source = _installed.at(match.group->name);
    auto loaded = host::loadPlugin(source.file);
    if (!loaded)
        return failure(loaded.error().in(source.description()));
    auto command = (*loaded)->command(match.command);
    if (!command)
        return failure(ErrorCode::notFound, source.description() + " does not have the command " +
                                                match.command + " that its manifest promises");
    // The plugin lives as long as its command.
    return std::shared_ptr<plugin::Command>(
        command.release(), [owner = std::shared_ptr<plugin::Plugin>(std::move(*loaded))](
                               plugin::Command* made) { std::default_delete<plugin::Command>()(made); });
}

} // namespace waymark::app
