#pragma once

#include "CommandGroup.h"
#include "host/loader/PluginFinder.h"

#include <waymark/base/Result.h>
#include <waymark/plugin/Command.h>

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace waymark::app
{

/// The commands that there are: those built in, and those of the installed plugins. Only manifests are read;
/// a plugin's code is loaded when one of its commands is made.
class Catalogue
{
public:
    /// What stands behind one word of the command line: a plugin, or commands that are built in.
    struct Group
    {
        std::string name;
        std::string version;                                       ///< empty: built in
        std::optional<std::string> refusal;                        ///< why its commands cannot be had
        std::vector<std::pair<std::string, std::string>> commands; ///< name of one or two words, help
    };
    /// A command, and how many words it took to name it.
    struct Match
    {
        const Group* group;
        std::string command;
        std::size_t words;
    };

    Catalogue(std::vector<toolkit::CommandGroup> builtIn,
              std::map<std::string, host::PluginSource> installed);

    /// Built-in ones first, then plugins by name.
    const std::vector<Group>& groups() const noexcept { return _groups; }
    const std::map<std::string, host::PluginSource>& installed() const noexcept { return _installed; }

    /// The groups that the word may mean: of that name, and, unless it names a command, those of the family
    /// whose names begin with it and a dash ("registry" of "registry-sqlite").
    std::vector<const Group*> meantBy(const std::string& word) const;
    /// A command whose first word this is.
    std::optional<std::string> commandThatBegins(const std::string& word) const;
    /// The command that these words begin with: of the groups that the first one may mean, or else of all;
    /// one must have it. Errors: notFound, unavailable when its plugin is refused, and conflict when several
    /// have it; the message is for the user.
    Result<Match> find(std::span<const std::string> words) const;

    /// Loads its plugin, if it has one. Errors say which file is at fault.
    Result<std::shared_ptr<plugin::Command>> create(const Match& match) const;

private:
    static std::optional<Match> findIn(const Group& group, std::span<const std::string> words);
    std::vector<Match> findInAll(std::span<const std::string> words) const;
    Error unknown(std::span<const std::string> words, const std::vector<const Group*>& groups) const;

    std::vector<toolkit::CommandGroup> _builtIn;
    std::map<std::string, host::PluginSource> _installed;
    std::vector<Group> _groups;
};

} // namespace waymark::app
