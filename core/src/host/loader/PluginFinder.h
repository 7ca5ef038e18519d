#pragma once

#include "host/loader/ManifestReader.h"

#include <waymark/plugin/Export.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::host
{

/// A plugin that may be loaded: a file, or code that is linked in.
struct PluginSource
{
    std::filesystem::path file;                   ///< empty when linked in
    const plugin::StaticPlugin* linked = nullptr; ///< empty when a file
    Result<PluginManifest> manifest;              ///< or why it is refused, by it alone

    /// The file, or "linked-in NAME".
    std::string description() const;
};

/// Finds plugins by the name of their library, reading manifests only.
class PluginFinder
{
public:
    /// Folders are searched in order; linked-in plugins come first.
    PluginFinder(std::vector<std::filesystem::path> folders, std::vector<const plugin::StaticPlugin*> linked);

    /// `library` is a name, or a path (it has a '/') that follows `base`. Nothing when there is no such file.
    std::optional<PluginSource> find(const std::string& library, const std::filesystem::path& base) const;

    /// Every plugin that could be named, by library name; broken files too. The first folder wins.
    std::map<std::string, PluginSource> installed() const;

    const std::vector<std::filesystem::path>& folders() const noexcept { return _folders; }

private:
    std::vector<std::filesystem::path> _folders;
    std::vector<const plugin::StaticPlugin*> _linked;
};

/// A manifest from a file. It is refused also for its build tag, and for names that are the host's.
PluginSource readSource(const std::filesystem::path& file);

/// `extra`, then `<executable>/../plugins`, the folder that plugins are installed to, and the same as seen
/// from this library, which serves programs that embed the host.
std::vector<std::filesystem::path> pluginFolders(std::vector<std::filesystem::path> extra);

} // namespace waymark::host
