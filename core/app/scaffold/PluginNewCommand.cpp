#include "PluginNewCommand.h"

#include "PluginName.h"
#include "PluginTemplate.h"
#include "base/Environment.h"
#include "base/Secret.h"
#include "base/Text.h"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <ostream>
#include <pwd.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace waymark::app
{

using plugin::CommandArgument;
using plugin::CommandContext;
using plugin::ExitCode;

namespace
{

namespace fs = std::filesystem;

/// What a changelog of Debian takes: a name and an address in one line.
Result<void> checkMaintainer(const std::string& text)
{
    const std::string_view whole(text);
    const std::size_t open = whole.find('<');
    const std::size_t at = whole.find('@');
    const bool isInOrder = open != std::string_view::npos && open > 1 && at != std::string_view::npos &&
                           at > open + 1 && at + 2 < whole.size() && whole.find('>') == whole.size() - 1;
    if (isInOrder && whole[open - 1] == ' ' && text::printable(whole) == whole) {
        const std::string_view person = whole.substr(0, open - 1);
        const std::string_view address = whole.substr(open);
        if (text::trimmed(person) == person && address.find(' ') == std::string_view::npos &&
            address.find('<', 1) == std::string_view::npos &&
            whole.find('@', at + 1) == std::string_view::npos)
            return {};
    }
    return failure(ErrorCode::invalidArgument, {}); // what it needs says all
}

/// As the machine knows who this is; empty when it does not.
std::string nameOfUser()
{
    constexpr std::size_t room = std::size_t{16} << 10;
    std::vector<char> texts(room);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::getuid(), &entry, texts.data(), texts.size(), &found) != 0 || found == nullptr ||
        found->pw_gecos == nullptr)
        return {};
    const std::string_view fields(found->pw_gecos); // then room and telephones, between commas
    return std::string(text::trimmed(fields.substr(0, fields.find(','))));
}

/// As Debian's own tools find it, or somebody who does not exist.
std::string maintainerOf(const PluginName& name)
{
    std::string maintainer(environment("DEBEMAIL"));
    if (maintainer.empty())
        maintainer = environment("EMAIL");
    if (maintainer.find('<') == std::string::npos) {
        const std::string_view given = environment("DEBFULLNAME");
        maintainer = (given.empty() ? nameOfUser() : std::string(given)) + " <" + maintainer + '>';
    }
    return checkMaintainer(maintainer) ? maintainer
                                       : name.camel() + " developers <" + name.text() + "@example.org>";
}

/// Whether a folder is called as what source packages leave out, with all that is in it.
bool isLeftOut(const fs::path& folder)
{
    fs::path whole = fs::absolute(folder).lexically_normal();
    if (!whole.has_filename())
        whole = whole.parent_path();
    return whole.filename() == "build" || whole.filename() == ".state";
}

Placeholders placeholders(const PluginName& name, const std::string& maintainer)
{
    const std::string version = WAYMARK_VERSION;
    const Poco::Timestamp now;
    return {{"name", name.text()},
            {"name_", name.lower()},
            {"NAME", name.upper()},
            {"Name", name.camel()},
            {"runs", "#!"},
            {"version", version.substr(0, version.rfind('.'))},
            {"maintainer", maintainer},
            {"date", Poco::DateTimeFormatter::format(now, "%w, %d %b %Y %H:%M:%S +0000")},
            {"year", Poco::DateTimeFormatter::format(now, "%Y")}};
}

/// As a shell takes it for one word.
std::string shellWord(const std::string& text)
{
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=+,:@";
    if (!text.empty() && text.find_first_not_of(plain) == std::string::npos)
        return text;
    std::string word = "'";
    for (const char c : text)
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + '\'';
}

/// <prefix>/share/waymark/plugin-template
fs::path prefixOf(const fs::path& templates)
{
    return templates.parent_path().parent_path().parent_path();
}

/// Whether the program runs out of the folder of a build, where Waymark is not installed.
bool isOfABuild(const fs::path& templates)
{
    std::error_code ignored;
    return fs::exists(prefixOf(templates) / "CMakeCache.txt", ignored);
}

/// As programs take it for a folder and not for an option.
std::string folderWord(const fs::path& folder)
{
    const std::string text = folder.string();
    return shellWord(text.starts_with('-') ? "./" + text : text);
}

/// What CMake has to be told of where Waymark is; nothing where it looks by itself.
std::string prefixArgument(const fs::path& templates)
{
    if (isOfABuild(templates))
        return " -DCMAKE_PREFIX_PATH=PREFIX";
    const std::string prefix = prefixOf(templates).string();
    return prefix == "/usr" || prefix == "/usr/local" ? std::string()
                                                      : ' ' + shellWord("-DCMAKE_PREFIX_PATH=" + prefix);
}

ExitCode exitCodeOf(const Error& error) noexcept
{
    return error.code == ErrorCode::conflict || error.code == ErrorCode::notFound ? ExitCode::failedCheck
                                                                                  : ExitCode::io;
}

} // namespace

PluginNewCommand::PluginNewCommand(const Catalogue& catalogue, TemplateFolder templates)
    : _catalogue(catalogue), _templates(std::move(templates))
{
}

const plugin::CommandLine& PluginNewCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine("plugin new",
                            "Writes a plugin that builds as it is: sources with a table of keys, tests, a "
                            "configuration that runs it, a package for Debian. Files that exist are never "
                            "touched.")
            .takes(CommandArgument::operand("NAME")
                       .needs("the name of the plugin")
                       .help("its name: lower-case letters, digits and '-'"))
            .takes(CommandArgument::option("kind", "KIND")
                       .oneOf({"service", "command", "registry"})
                       .required()
                       .help("service (works inside of the daemon), command (another word of waymark) or "
                             "registry (of peers, in place of ours)"))
            .takes(CommandArgument::option("directory", "DIR")
                       .needs("the folder to write to")
                       .file()
                       .help("the folder to write to; without it one of the plugin's name"))
            .takes(CommandArgument::option("maintainer", "WHO")
                       .needs("a name and an address, as \"Nobody <nobody@example.org>\"")
                       .check(checkMaintainer)
                       .help("who stands in the package: \"NAME <ADDRESS>\"; without it DEBFULLNAME, or the "
                             "user's "
                             "name, and DEBEMAIL say so"))
            .example("waymark plugin new greet --kind service")
            .example("waymark plugin new registry-plain --kind registry --directory plain")
            .exits(ExitCode::ok, "it was written")
            .exits(ExitCode::failedCheck, "a file is there already, or the folder to write into is not")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::io, "a file cannot be written, and those that were are removed; or what "
                                 "is printed cannot, and the files stay")
            .exits(ExitCode::configuration, "the SDK is not installed");
    return line;
}

int PluginNewCommand::run(const CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto name = PluginName::parse(values->text("NAME"));
    if (!name)
        return line().refuse(context, name.error().message);
    if (const auto same = _catalogue.installed().find(name->text()); same != _catalogue.installed().end())
        return line().refuse(context, "a plugin of the name " + name->text() + " is installed, " +
                                          same->second.description() + "; choose another name");
    if (const auto command = _catalogue.commandThatBegins(name->text()))
        return line().refuse(context, "the name " + name->text() + " is the first word of waymark " +
                                          *command + "; choose another one");
    const auto folder = _templates();
    if (!folder)
        return line().fail(
            context, ExitCode::configuration,
            "the template of plugins is not installed: install the SDK (waymark-dev on Debian, waymark-devel "
            "on Fedora)");
    fs::path target = values->find("directory").value_or(name->text());
    if (target.empty())
        return line().refuse(context, "--directory needs the folder to write to");
    if (isLeftOut(target))
        return line().refuse(context, "source packages leave out what lies in a folder called " +
                                          fs::absolute(target).lexically_normal().string() +
                                          "; choose another one");
    if (const std::string whole = fs::absolute(target).string(); whole.find(';') != std::string::npos)
        return line().refuse(context, "CMake takes no folder with a ';' in its name, as " +
                                          text::quoted(whole) + " has; choose another one");
    if (!target.has_filename() && target.has_relative_path())
        target = target.parent_path(); // "greet/" is greet
    const auto given = values->find("maintainer");
    const std::string maintainer = given ? *given : maintainerOf(*name);
    const auto files = PluginTemplate::read(*folder, values->text("kind")).and_then([&](const auto& read) {
        return read.fill(placeholders(*name, maintainer));
    });
    if (!files)
        return line().fail(context, ExitCode::configuration,
                           "the template of plugins is damaged: " + files.error().message +
                               "; install waymark-dev again");
    if (const auto written = writeScaffold(target, *files); !written)
        return line().fail(context, exitCodeOf(written.error()), written.error().message);
    const std::string source = folderWord(target);
    const std::string build = folderWord(target / "build");
    context.out << name->text() << ": " << files->size() << " files of a " << values->text("kind")
                << " plugin are in " << target.string() << '\n';
    if (!given)
        context.out << "The maintainer is " << maintainer << "; --maintainer, or debian/, says otherwise.\n";
    context.out << "\nNext:\n"
                << "  cmake -S " << source << " -B " << build << prefixArgument(*folder) << '\n'
                << "  cmake --build " << build << '\n'
                << "  ctest --test-dir " << build << '\n';
    if (isOfABuild(*folder))
        context.out << "\nThis waymark runs out of a build: cmake --install puts it below a PREFIX first.\n";
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::app
