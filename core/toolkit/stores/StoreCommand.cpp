#include "stores/StoreCommand.h"

#include <waymark/plugin/ConfigFile.h>

#include <ostream>
#include <system_error>
#include <utility>

namespace waymark::toolkit::stores
{

using plugin::CommandArgument;
using plugin::ExitCode;

int StoreCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const Interruption interruption; // before there is anything that it might leave
    const StoreFormats formats(pluginPath(*values));
    const auto done = work({context, *values, formats, interruption});
    if (done)
        return static_cast<int>(ExitCode::ok);
    const bool isUsage = done.error().code == static_cast<int>(ExitCode::usage);
    return isUsage ? line().refuse(context, done.error().message)
                   : line().fail(context, static_cast<ExitCode>(done.error().code), done.error().message);
}

/// Those of the command line before those of the configurations that are named.
std::vector<std::filesystem::path> StoreCommand::pluginPath(const plugin::CommandValues& values) const
{
    auto folders = _pluginPath;
    for (const char* const option : {"config", "from-config", "to-config"}) {
        const auto file = values.find(option);
        const auto plugins = file ? plugin::configuredPlugins(*file) : plugin::ConfiguredPlugins();
        if (plugins) // what is wrong with it is told when the store is looked for
            folders.insert(folders.end(), plugins->folders.begin(), plugins->folders.end());
    }
    return folders;
}

Outcome<Store> StoreCommand::find(const Wanted& wanted, const StoreFormats& formats, bool isThere)
{
    if (wanted.config.has_value() == wanted.file.has_value())
        return ended(ExitCode::usage, "name the store, with either its file or " + wanted.configOption);
    if (wanted.config && wanted.format)
        return ended(ExitCode::usage, wanted.formatOption + " stands with a file; with " +
                                          wanted.configOption + " the plugin says how it stores");
    if (wanted.config)
        return formats.configuredIn(*wanted.config);
    std::error_code ignored;
    if (!wanted.format && !isThere && !std::filesystem::exists(*wanted.file, ignored)) {
        const auto* const called = formats.calledAs(*wanted.file);
        if (called == nullptr)
            return ended(ExitCode::usage,
                         "in which format? Write " + wanted.formatOption + " FORMAT: " + formats.names());
        return Store{called, *wanted.file};
    }
    const auto format = wanted.format ? formats.named(*wanted.format) : formats.recognising(*wanted.file);
    if (!format)
        return tl::unexpected(format.error());
    return Store{*format, *wanted.file};
}

plugin::CommandLine StoreCommand::readingOne(plugin::CommandLine line) const
{
    return std::move(line)
        .takes(CommandArgument::operand("STORE").optional().file().help("the file of the store"))
        .takes(configOption("config", "the daemon's configuration, which names the store"))
        .takes(formatOption("from", "the store's format, where it is not recognised"));
}

Outcome<SourceStore> StoreCommand::openSource(const Job& job)
{
    auto store = find(
        {job.values.find("config"), job.values.find("STORE"), job.values.find("from"), "--config", "--from"},
        job.formats, true);
    return store ? SourceStore::open(*std::move(store)) : tl::unexpected(store.error());
}

void StoreCommand::print(const plugin::CommandContext& context, const plugin::CommandValues& values,
                         const Store& store, const Moved& moved)
{
    std::error_code ignored;
    Record()
        .add("file", store.file.string())
        .add("format", store.format->name())
        .add("claims", moved.claims)
        .add("tombstones", moved.tombstones)
        .add("revision", moved.revision.toString())
        .add("size_bytes", "bytes", std::filesystem::file_size(store.file, ignored))
        .print(context, values);
}

CommandArgument StoreCommand::configOption(const std::string& name, const std::string& help)
{
    return CommandArgument::option(name, "FILE").needs("the name of a file").help(help);
}

CommandArgument StoreCommand::formatOption(const std::string& name, const std::string& help) const
{
    return CommandArgument::option(name, "FORMAT")
        .needs("the name of a format")
        .offers([path = _pluginPath] { return StoreFormats(path).all(); })
        .help(help + ": json-lines, memory-snapshot, sqlite, or that of another plugin");
}

CommandArgument StoreCommand::forceFlag()
{
    return CommandArgument::flag("force").help("replace what is there");
}

plugin::CommandLine StoreCommand::withExitCodes(plugin::CommandLine line)
{
    return std::move(line)
        .exits(ExitCode::ok, "done")
        .exits(ExitCode::usage, "the arguments are wrong")
        .exits(ExitCode::corruptData, "what was read is damaged, or no registry")
        .exits(ExitCode::io, "a file cannot be read or written, or would be replaced")
        .exits(ExitCode::lockedDatabase, "a daemon uses the store")
        .exits(ExitCode::configuration,
               "the configuration is wrong, or the store is of a later Waymark or another program");
}

} // namespace waymark::toolkit::stores
