#include "base/Text.h"
#include "host/HostSchema.h"
#include "host/config/Configuration.h"
#include "host/config/SettingsReader.h"
#include "host/config/StateDirectory.h"

#include <waymark/plugin/ConfigFile.h>

namespace waymark::plugin
{

namespace
{

std::string instanceOf(const std::string& library, const host::Configuration& configuration)
{
    for (const std::string& entry : configuration.view("waymark").list("plugins")) {
        const auto parsed = host::parsePluginEntry(entry);
        if (parsed && parsed->second == library)
            return parsed->first;
    }
    return library;
}

tl::unexpected<Error> refuse(const host::Problems& problems)
{
    return failure(ErrorCode::invalidArgument, text::joined(host::linesOf(problems), "; "));
}

/// With the section "waymark".
Result<host::Configuration> readHostPart(const std::filesystem::path& file)
{
    host::ReadSettings read = host::readSettings(file, {});
    if (!read.isComplete)
        return refuse(read.problems);
    host::Configuration configuration(std::move(read.settings));
    for (host::Problem& problem : read.problems)
        configuration.addProblem(std::move(problem));
    configuration.addSection({"waymark", "Host", host::hostSchema()});
    if (configuration.isSpoilt("waymark"))
        return refuse(configuration.problems());
    return configuration;
}

} // namespace

Result<ConfigView> readConfigFile(const std::filesystem::path& file, const std::string& library,
                                  const ConfigSchema& schema)
{
    auto configuration = readHostPart(file);
    if (!configuration)
        return failure(configuration.error());
    const std::string instance = instanceOf(library, *configuration);
    configuration->setStateDirectory(host::stateDirectoryOf(*configuration));
    configuration->addSection({instance, "Plugin " + library, schema});
    if (configuration->isSpoilt(instance))
        return refuse(configuration->problems());
    return configuration->view(instance);
}

Result<ConfiguredPlugins> configuredPlugins(const std::filesystem::path& file)
{
    const auto configuration = readHostPart(file);
    if (!configuration)
        return failure(configuration.error());
    ConfiguredPlugins plugins;
    for (const std::string& entry : configuration->view("waymark").list("plugins"))
        if (auto parsed = host::parsePluginEntry(entry))
            plugins.libraries.push_back(std::move(parsed->second));
    if (const host::Setting* const given = configuration->given("waymark.plugin-path"))
        for (const std::string& folder : text::splitList(given->raw))
            plugins.folders.push_back((given->origin.base / folder).lexically_normal());
    return plugins;
}

} // namespace waymark::plugin
