#include "host/loader/PluginFinder.h"

#include "host/loader/HostNames.h"

#include <algorithm>
#include <dlfcn.h>
#include <system_error>

namespace waymark::host
{

namespace
{

namespace fs = std::filesystem;

constexpr const char* extension = ".so";

Result<PluginManifest> accepted(Result<PluginManifest> manifest)
{
    if (!manifest)
        return manifest;
    if (const auto tag = checkBuildTag(*manifest); !tag)
        return failure(tag.error());
    if (const auto names = checkHostNames(*manifest); !names)
        return failure(names.error());
    return manifest;
}

/// The file that this code was loaded from; empty when the system does not tell.
fs::path thisLibrary()
{
    static const char here = 0;
    Dl_info info{};
    if (::dladdr(&here, &info) == 0 || info.dli_fname == nullptr)
        return {};
    std::error_code error;
    auto file = fs::canonical(info.dli_fname, error);
    return error ? fs::path() : file;
}

PluginSource linkedSource(const plugin::StaticPlugin& linked)
{
    const auto* const bytes = static_cast<const Byte*>(static_cast<const void*>(linked.manifest));
    return {{}, &linked, accepted(decodeManifest({bytes, sizeof *linked.manifest}))};
}

} // namespace

std::string PluginSource::description() const
{
    if (linked != nullptr)
        return "linked-in " + (manifest ? manifest->name : std::string("plugin"));
    return file.string();
}

PluginSource readSource(const fs::path& file)
{
    return {file, nullptr, accepted(readManifest(file))};
}

PluginFinder::PluginFinder(std::vector<fs::path> folders, std::vector<const plugin::StaticPlugin*> linked)
    : _folders(std::move(folders)), _linked(std::move(linked))
{
}

std::optional<PluginSource> PluginFinder::find(const std::string& library, const fs::path& base) const
{
    std::error_code ignored;
    if (library.find('/') != std::string::npos) {
        const fs::path file = (base / library).lexically_normal();
        return fs::exists(file, ignored) ? std::optional(readSource(file)) : std::nullopt;
    }
    for (const auto* const linked : _linked) {
        PluginSource source = linkedSource(*linked);
        if (source.manifest && source.manifest->name == library)
            return source;
    }
    for (const fs::path& folder : _folders) {
        const fs::path file = folder / (library + extension);
        if (fs::exists(file, ignored))
            return readSource(file);
    }
    return std::nullopt;
}

std::map<std::string, PluginSource> PluginFinder::installed() const
{
    std::map<std::string, PluginSource> found;
    for (const auto* const linked : _linked) {
        PluginSource source = linkedSource(*linked);
        if (source.manifest)
            found.try_emplace(source.manifest->name, source);
    }
    for (const fs::path& folder : _folders) {
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
            if (entry->path().extension() == extension && !found.contains(entry->path().stem().string()))
                found.emplace(entry->path().stem().string(), readSource(entry->path()));
    }
    return found;
}

std::vector<fs::path> pluginFolders(std::vector<fs::path> extra)
{
    std::vector<fs::path> folders = std::move(extra);
    const auto add = [&](const fs::path& folder) {
        if (std::ranges::find(folders, folder) == folders.end())
            folders.push_back(folder);
    };
    std::error_code error;
    const fs::path executable = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
        const fs::path prefix = executable.parent_path().parent_path();
        add(prefix / "plugins");
        add(prefix / WAYMARK_PLUGIN_INSTALL_DIR);
    }
    // A program that embeds the host stands elsewhere: an interpreter, a test.
    if (const fs::path library = thisLibrary(); !library.empty()) {
        add(library.parent_path().parent_path() / "plugins");
        add(library.parent_path() / "waymark" / ("plugins-" + std::to_string(WAYMARK_ABI)));
    }
    return folders;
}

} // namespace waymark::host
