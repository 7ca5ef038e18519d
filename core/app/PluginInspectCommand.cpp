#include "PluginInspectCommand.h"

#include "base/Secret.h"
#include "base/Text.h"
#include "host/Phase.h"
#include "host/loader/DynamicSymbols.h"
#include "host/loader/PluginLoader.h"

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

void addManifest(toolkit::Record& facts, const host::PluginManifest& manifest, bool isJson)
{
    facts.add("name", manifest.name)
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
}

/// Why it would be refused, or nothing. With `loads` its code runs, as in a daemon that starts.
std::optional<std::string> refusalOf(const host::PluginSource& source, bool loads)
{
    if (!source.manifest)
        return source.manifest.error().message;
    if (source.linked != nullptr)
        return std::nullopt;
    if (!loads)
        return host::flawInSymbols(source.file);
    const auto loaded = host::loadPlugin(source.file);
    if (!loaded)
        return loaded.error().message;
    const auto failed =
        host::failureIn("schema", ExitCode::configuration, [&] { static_cast<void>((*loaded)->schema()); });
    return failed ? std::optional(failed->second) : std::nullopt;
}

} // namespace

const plugin::CommandLine& PluginInspectCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine(
            "plugin inspect",
            "Shows the manifest of a plugin: what it provides, needs and wants, and its "
            "commands, and says why it would be refused. Its code is not run but with --load.")
            .takes(CommandArgument::operand("PLUGIN")
                       .needs("the name of a plugin, which waymark plugin list shows, or its file")
                       .help("a plugin's name, or its file")
                       .offers([&catalogue = _catalogue] { return namesIn(catalogue); })
                       .file())
            .takes(CommandArgument::flag("load").help("load it too, which runs its code: tells of missing "
                                                      "symbols, of what its constructors throw, and of "
                                                      "a wrong table of keys"))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark plugin inspect discv4")
            .example("waymark plugin inspect --load ./build/greet.so")
            .exits(ExitCode::ok, "nothing speaks against it; with --load, it can be loaded")
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
    const auto refusal = refusalOf(source, values->has("load"));
    // One for another Poco or compiler is refused, and can be read all the same.
    const auto manifest =
        source.manifest || source.linked != nullptr ? source.manifest : host::readManifest(source.file);
    const bool isJson = values->has("json");
    toolkit::Record facts;
    facts.add("file", source.description());
    if (manifest)
        addManifest(facts, *manifest, isJson);
    if (isJson)
        facts.addIf("refusal", "refusal", refusal);
    if (isJson || manifest)
        facts.print(context, *values);
    if (refusal)
        return line().fail(context, ExitCode::configuration,
                           "it would be refused: " + text::printable(source.description() + ": " + *refusal));
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::app
