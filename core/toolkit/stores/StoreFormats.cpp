#include "stores/StoreFormats.h"

#include "base/Secret.h"
#include "base/Text.h"
#include "host/loader/PluginFinder.h"
#include "host/loader/PluginLoader.h"
#include "stores/PortableFormat.h"

#include <waymark/plugin/ConfigFile.h>
#include <waymark/registry/PeerRegistry.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace waymark::toolkit::stores
{

using plugin::ExitCode;
using registry::StoreFormat;

StoreFormats::StoreFormats(const std::vector<std::filesystem::path>& pluginPath)
{
    _entries.push_back({"", nullptr, std::make_unique<PortableFormat>()});
    const auto installed = host::PluginFinder(host::pluginFolders(pluginPath), {}).installed();
    for (const auto& [library, source] : installed) {
        if (!source.manifest || !source.manifest->doesProvide(registry::PeerRegistry::serviceId))
            continue;
        auto loaded = host::loadPlugin(source.file);
        if (!loaded) {
            _refused.push_back(library + ": " + loaded.error().message);
            continue;
        }
        std::shared_ptr<plugin::Plugin> owner(std::move(*loaded));
        if (const auto* const provider = dynamic_cast<const registry::StoreFormatProvider*>(owner.get())) {
            auto format = provider->storeFormat();
            _entries.push_back({library, std::move(owner), std::move(format)});
        }
    }
}

std::vector<std::string> StoreFormats::all() const
{
    std::vector<std::string> names;
    for (const Entry& entry : _entries)
        names.push_back(entry.format->name());
    return names;
}

std::string StoreFormats::names() const
{
    std::string text = "the formats that are installed are " + text::joined(all());
    for (const std::string& refused : _refused)
        text += "; " + refused;
    return text;
}

Outcome<const StoreFormat*> StoreFormats::named(const std::string& name) const
{
    std::vector<std::string> known;
    for (const Entry& entry : _entries) {
        if (entry.format->name() == name)
            return entry.format.get();
        known.push_back(entry.format->name());
    }
    const std::string near = text::nearest(name, known);
    return ended(ExitCode::usage, "there is no format " + text::quoted(name) +
                                      (near.empty() ? "" : " (did you mean " + near + "?)") + ": " + names());
}

Outcome<const StoreFormat*> StoreFormats::recognising(const std::filesystem::path& file) const
{
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (!std::filesystem::is_regular_file(status))
        return ended(ExitCode::io, file.string() + (std::filesystem::exists(status) ? " is no regular file"
                                                                                    : " is not there"));
    for (const Entry& entry : _entries) {
        const auto recognised = entry.format->recognises(file);
        if (!recognised)
            return tl::unexpected(failureOf(file, recognised.error()));
        if (*recognised)
            return entry.format.get();
    }
    return ended(ExitCode::corruptData, file.string() + " is no stored registry: " + names());
}

const StoreFormat* StoreFormats::calledAs(const std::filesystem::path& file) const
{
    const StoreFormat* found = nullptr;
    for (const Entry& entry : _entries) {
        const auto endings = entry.format->endings();
        if (std::ranges::find(endings, file.extension().string()) == endings.end())
            continue;
        if (found != nullptr)
            return nullptr;
        found = entry.format.get();
    }
    return found;
}

Outcome<Store> StoreFormats::configuredIn(const std::filesystem::path& configuration) const
{
    const auto plugins = plugin::configuredPlugins(configuration);
    if (!plugins)
        return ended(ExitCode::configuration, plugins.error().message);
    for (const std::string& library : plugins->libraries) {
        const auto entry = std::ranges::find_if(_entries, [&](const Entry& one) {
            return one.owner && one.library == std::filesystem::path(library).stem();
        });
        if (entry == _entries.end())
            continue;
        const auto view = plugin::readConfigFile(configuration, library, entry->owner->schema());
        if (!view)
            return ended(ExitCode::configuration, view.error().message);
        auto file = entry->format->fileIn(*view);
        if (!file)
            return ended(ExitCode::configuration,
                         configuration.string() + ": " + library + " keeps nothing: no file is named for it");
        return Store{entry->format.get(), std::move(*file)};
    }
    return ended(ExitCode::configuration, configuration.string() + ": of its plugins (" +
                                              text::joined(plugins->libraries) +
                                              ") none is installed whose registry can be read from outside");
}

} // namespace waymark::toolkit::stores
