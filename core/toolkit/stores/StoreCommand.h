#pragma once

#include "stores/NewStore.h"
#include "stores/SourceStore.h"
#include "stores/StoreFormats.h"
#include "stores/Transfer.h"

#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Record.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace waymark::toolkit::stores
{

/// What the commands of the group "registry" have in common.
class StoreCommand : public plugin::Command
{
public:
    /// Plugins are looked for in these folders before the usual ones.
    explicit StoreCommand(std::vector<std::filesystem::path> pluginPath) : _pluginPath(std::move(pluginPath))
    {
    }

    int run(const plugin::CommandContext& context) final;

protected:
    struct Job
    {
        const plugin::CommandContext& context;
        const plugin::CommandValues& values;
        const StoreFormats& formats;
        const Interruption& interruption;

        Transfer transfer(std::string verb, registry::StoreSink& target) const
        {
            return {context, interruption, std::move(verb), target};
        }
    };
    /// Does the work and prints what came of it.
    virtual Outcome<void> work(const Job& job) = 0;

    /// Which store is meant: by a configuration, or a file and a format, which may be left to be recognised
    /// where the file is there, and to its name where it is not.
    struct Wanted
    {
        std::optional<std::string> config;
        std::optional<std::string> file;
        std::optional<std::string> format;
        std::string configOption; ///< "--config", for messages
        std::string formatOption; ///< "--from"
    };
    static Outcome<Store> find(const Wanted& wanted, const StoreFormats& formats, bool isThere);

    /// For commands that read one store: STORE, --config and --from.
    plugin::CommandLine readingOne(plugin::CommandLine line) const;
    static Outcome<SourceStore> openSource(const Job& job);

    /// Rows and revision, and what else is in the record.
    static void print(const plugin::CommandContext& context, const plugin::CommandValues& values,
                      const Store& store, const Moved& moved);

    // Arguments that several have.
    plugin::CommandArgument formatOption(const std::string& name, const std::string& help) const;
    static plugin::CommandArgument configOption(const std::string& name, const std::string& help);
    static plugin::CommandArgument forceFlag();
    static plugin::CommandLine withExitCodes(plugin::CommandLine line);

private:
    std::vector<std::filesystem::path> pluginPath(const plugin::CommandValues& values) const;

    std::vector<std::filesystem::path> _pluginPath;
};

} // namespace waymark::toolkit::stores
