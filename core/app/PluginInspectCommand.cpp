#include "PluginInspectCommand.h"

#include "base/Secret.h"
#include "base/Text.h"

#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

namespace waymark::app
{

using plugin::CommandArgument;
using plugin::ExitCode;

namespace
{

std::vector<std::string> namesIn(const Catalogue& catalogue)
{
    std::vector<std::string> names;
    for (const auto& [library, source] : catalogue.installed())
        names.push_back(library);
    return names;
}

toolkit::Record factsOf(const host::PluginSource& source, bool isJson)
{
    const host::PluginManifest& manifest = *source.manifest;
    toolkit::Record facts;
    facts.add("file", source.description())
        .add("name", manifest.name)
        .add("version", manifest.version)
        .add("plugin_abi", "plugin ABI", manifest.abi)
        .add("build_tag", "build tag", manifest.buildTag)
        .add("provides", toolkit::Cell::list(manifest.provides))
        .add("needs", toolkit::Cell::list(manifest.needs))
        .add("wants", toolkit::Cell::list(manifest.wants));
    std::vector<toolkit::Cell> commands;
    for (const auto& [name, help] : manifest.commands) {
        commands.push_back(toolkit::Cell::object({{"name", name}, {"help", help}}));
        if (!isJson)
            facts.add("command", toolkit::Cell(name + ": " + help));
    }
    if (isJson)
        facts.add("commands", toolkit::Cell::list(commands));
    return facts;
}

} // namespace

const plugin::CommandLine& PluginInspectCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine("plugin inspect",
                            "Shows the manifest of a plugin: what it provides, needs and wants, and its "
                            "commands. Its code is not run.")
            .takes(CommandArgument::operand("PLUGIN")
                       .needs("the name of a plugin, which waymark plugin list shows, or its file")
                       .help("a plugin's name, or its file")
                       .offers([&catalogue = _catalogue] { return namesIn(catalogue); })
                       .file())
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark plugin inspect discv4")
            .exits(ExitCode::ok, "it can be loaded")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::configuration, "there is none of that name, or it would be refused");
    return line;
}

int PluginInspectCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const std::string& which = values->text("PLUGIN");
    const auto found = _catalogue.installed().find(which);
    const bool isInstalled = found != _catalogue.installed().end();
    std::error_code ignored;
    if (!isInstalled && !std::filesystem::exists(which, ignored)) {
        const std::string near = text::nearest(which, namesIn(_catalogue));
        return line().fail(context, ExitCode::configuration,
                           "no plugin and no file is named " + text::quoted(which) + "; " +
                               (near.empty() ? "waymark plugin list shows what is installed"
                                             : "did you mean " + near + '?'));
    }
    const host::PluginSource source = isInstalled ? found->second : host::readSource(which);
    if (!source.manifest)
        return line().fail(context, ExitCode::configuration,
                           source.description() + ": " + source.manifest.error().message);
    factsOf(source, values->has("json")).print(context, *values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::app
