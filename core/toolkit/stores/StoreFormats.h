#pragma once

#include "stores/Outcome.h"

#include <waymark/plugin/Plugin.h>
#include <waymark/registry/StoreFormat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace waymark::toolkit::stores
{

/// A stored registry: where it is, and how.
struct Store
{
    const registry::StoreFormat* format = nullptr; ///< of StoreFormats
    std::filesystem::path file;
};

/// The formats that registries may be stored in: "json-lines", and those that installed plugins bring.
/// Plugins are found by their manifests; those that provide a registry are loaded.
class StoreFormats
{
public:
    /// Looks in these folders before the usual ones.
    explicit StoreFormats(const std::vector<std::filesystem::path>& pluginPath);

    /// Their names.
    std::vector<std::string> all() const;
    /// Error: usage, with the names that there are.
    Outcome<const registry::StoreFormat*> named(const std::string& name) const;
    /// The one whose files look like this one. Errors: io, corruptData.
    Outcome<const registry::StoreFormat*> recognising(const std::filesystem::path& file) const;
    /// The one whose files are called so; nullptr where the name tells none, or several.
    const registry::StoreFormat* calledAs(const std::filesystem::path& file) const;
    /// "the formats that are installed are json-lines, sqlite", and which plugins were refused.
    std::string names() const;
    /// What a daemon with this configuration keeps its registry in. Error: configuration.
    Outcome<Store> configuredIn(const std::filesystem::path& configuration) const;

private:
    struct Entry
    {
        std::string library;                   ///< empty: built in
        std::shared_ptr<plugin::Plugin> owner; ///< outlives the format
        std::unique_ptr<registry::StoreFormat> format;
    };

    std::vector<Entry> _entries;
    std::vector<std::string> _refused; ///< plugins that could not be loaded, and why
};

} // namespace waymark::toolkit::stores
