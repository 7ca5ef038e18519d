#include "PluginNewCommand.h"

#include "PluginName.h"
#include "PluginTemplate.h"
#include "base/Secret.h"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ostream>
#include <utility>

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
    const std::size_t open = text.find(" <");
    const std::size_t at = text.find('@', open == std::string::npos ? text.size() : open);
    const bool prints = std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
    if (prints && open != std::string::npos && open > 0 && at != std::string::npos && at > open + 2 &&
        at + 2 < text.size() && text.find('>') == text.size() - 1 && text.find('<') == open + 1)
        return {};
    return failure(ErrorCode::invalidArgument, {}); // what it needs says all
}

std::string environment(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// As Debian's own tools find it, or somebody who does not exist.
std::string maintainerOf(const PluginName& name)
{
    std::string address = environment("DEBEMAIL");
    if (address.empty())
        address = environment("EMAIL");
    const std::string person = environment("DEBFULLNAME");
    const std::string maintainer =
        address.find('<') != std::string::npos || person.empty() ? address : person + " <" + address + '>';
    return checkMaintainer(maintainer) ? maintainer
                                       : name.camel() + " developers <" + name.text() + "@example.org>";
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

/// In the folder of a build they are a link to the sources, and Waymark is not installed there.
bool isOfABuild(const fs::path& templates)
{
    std::error_code ignored;
    return fs::is_symlink(templates, ignored);
}

/// What CMake has to be told of where Waymark is; nothing where it looks by itself.
std::string prefixArgument(const fs::path& templates)
{
    if (isOfABuild(templates))
        return " -DCMAKE_PREFIX_PATH=PREFIX";
    // <prefix>/share/waymark/plugin-template
    const std::string prefix = templates.parent_path().parent_path().parent_path().string();
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
            .takes(
                CommandArgument::option("kind", "KIND")
                    .oneOf({"service", "command", "registry"})
                    .required()
                    .help("what it is: something that works inside of the daemon, a command of waymark, or "
                          "another registry of peers"))
            .takes(CommandArgument::option("directory", "DIR")
                       .needs("the folder to write to")
                       .file()
                       .help("the folder to write to; without it one of the plugin's name"))
            .takes(
                CommandArgument::option("maintainer", "WHO")
                    .needs("a name and an address, as \"Nobody <nobody@example.org>\"")
                    .check(checkMaintainer)
                    .help(
                        "who stands in the package: \"NAME <ADDRESS>\"; without it DEBFULLNAME and DEBEMAIL "
                        "say so"))
            .example("waymark plugin new greet --kind service")
            .example("waymark plugin new registry-plain --kind registry --directory plain")
            .exits(ExitCode::ok, "it was written")
            .exits(ExitCode::failedCheck, "a file is there already, or the folder to write into is not")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::io, "something cannot be written; what was written is removed")
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
    const auto folder = _templates();
    if (!folder)
        return line().fail(
            context, ExitCode::configuration,
            "the template of plugins is not installed: install the SDK (waymark-dev on Debian, waymark-devel "
            "on Fedora)");
    fs::path target = values->find("directory").value_or(name->text());
    if (!target.has_filename() && target.has_relative_path())
        target = target.parent_path(); // "greet/" is greet
    const auto files = PluginTemplate::read(*folder, values->text("kind")).and_then([&](const auto& read) {
        return read.fill(placeholders(*name, values->find("maintainer").value_or(maintainerOf(*name))));
    });
    if (!files)
        return line().fail(context, ExitCode::configuration,
                           "the template of plugins is damaged: " + files.error().message +
                               "; install waymark-dev again");
    if (const auto written = writeScaffold(target, *files); !written)
        return line().fail(context, exitCodeOf(written.error()), written.error().message);
    const std::string source = shellWord(target.string());
    const std::string build = shellWord((target / "build").string());
    context.out << name->text() << ": " << files->size() << " files of a " << values->text("kind")
                << " plugin are in " << target.string() << "\n\nNext:\n"
                << "  cmake -S " << source << " -B " << build << prefixArgument(*folder) << '\n'
                << "  cmake --build " << build << '\n'
                << "  ctest --test-dir " << build << '\n';
    if (isOfABuild(*folder))
        context.out << "\nThis waymark runs out of a build: cmake --install puts it below a PREFIX first.\n";
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::app
