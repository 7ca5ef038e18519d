#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>
#include <waymark/plugin/Manifest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace waymark::host
{

/// A manifest as a C++ value.
struct PluginManifest
{
    std::string name;
    std::string version;
    std::uint32_t abi = 0;
    std::string buildTag;
    std::vector<std::string> provides;
    std::vector<std::string> needs;
    std::vector<std::string> wants;
    std::vector<std::pair<std::string, std::string>> commands; ///< name and help

    bool doesProvide(std::string_view id) const noexcept;
    bool doesNeed(std::string_view id) const noexcept;
    bool doesWant(std::string_view id) const noexcept;
};

/// Reads a plugin's manifest out of the file without running any of its code. The file may hold anything:
/// every offset is checked against what is there. Failures say what is wrong, not which file.
///
/// notFound: no such file; io: unreadable; invalidArgument: no plugin; conflict: a plugin, but for another
/// ABI.
Result<PluginManifest> readManifest(const std::filesystem::path& file);

/// As above, from the bytes of a note's description.
Result<PluginManifest> decodeManifest(ByteView description);

/// Whether this host can work with a plugin that was built like that; names both sides when not.
Result<void> checkBuildTag(const PluginManifest& manifest);

/// What this host was built with: standard library's ABI, Poco's soname, sanitizer.
std::string_view hostBuildTag() noexcept;

} // namespace waymark::host
