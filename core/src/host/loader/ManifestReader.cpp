#include "host/loader/ManifestReader.h"

#include "host/loader/NoteFinder.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace waymark::host
{

namespace
{

constexpr std::string_view nameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";

bool contains(const std::vector<std::string>& ids, std::string_view id) noexcept
{
    return std::ranges::find(ids, id) != ids.end();
}

/// The text of a NUL-padded array; nothing without an end, or with characters that do not print.
template <std::size_t N>
std::optional<std::string> textOf(const char (&array)[N])
{
    const auto* const end = std::find(std::begin(array), std::end(array), '\0');
    if (end == std::end(array))
        return std::nullopt;
    std::string text(std::begin(array), end);
    const bool prints = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
    return prints ? std::optional(std::move(text)) : std::nullopt;
}

template <std::size_t Rows, std::size_t N>
bool readList(const char (&rows)[Rows][N], std::vector<std::string>& out)
{
    for (const auto& row : rows) {
        auto text = textOf(row);
        if (!text)
            return false;
        if (text->empty())
            return true;
        out.push_back(std::move(*text));
    }
    return true;
}

bool readCommands(const WaymarkManifest& raw, PluginManifest& manifest)
{
    for (const auto& command : raw.commands) {
        auto name = textOf(command.name);
        auto help = textOf(command.help);
        if (!name || !help)
            return false;
        if (name->empty())
            return true;
        manifest.commands.emplace_back(std::move(*name), std::move(*help));
    }
    return true;
}

} // namespace

bool PluginManifest::doesProvide(std::string_view id) const noexcept
{
    return contains(provides, id);
}

bool PluginManifest::doesNeed(std::string_view id) const noexcept
{
    return contains(needs, id);
}

bool PluginManifest::doesWant(std::string_view id) const noexcept
{
    return contains(wants, id);
}

Result<PluginManifest> decodeManifest(ByteView description)
{
    // Magic, size and ABI come first and stay there, so that a plugin for another ABI is told apart from
    // junk.
    constexpr std::size_t head = offsetof(WaymarkManifest, name);
    WaymarkManifest raw{};
    if (description.size() >= head)
        std::memcpy(&raw, description.data(), std::min(description.size(), sizeof raw));
    if (std::string_view(raw.magic, sizeof raw.magic) !=
        std::string_view(WAYMARK_MANIFEST_MAGIC, sizeof WAYMARK_MANIFEST_MAGIC))
        return failure(ErrorCode::invalidArgument,
                       "its manifest does not start with the magic '" WAYMARK_MANIFEST_MAGIC
                       "': it is damaged or not of Waymark");
    if (raw.abi != WAYMARK_ABI)
        return failure(ErrorCode::conflict, "it is built for plugin ABI " + std::to_string(raw.abi) +
                                                ", this host has ABI " + std::to_string(WAYMARK_ABI) +
                                                "; rebuild it against this version of Waymark");
    if (raw.size != sizeof raw || description.size() != sizeof raw)
        return failure(ErrorCode::invalidArgument, "its manifest says " + std::to_string(raw.size) +
                                                       " bytes and has " +
                                                       std::to_string(description.size()) +
                                                       ", expected are " + std::to_string(sizeof raw));
    auto name = textOf(raw.name);
    auto version = textOf(raw.version);
    auto tag = textOf(raw.buildTag);
    PluginManifest manifest;
    if (!name || !version || !tag || !readList(raw.provides, manifest.provides) ||
        !readList(raw.needs, manifest.needs) || !readList(raw.wants, manifest.wants) ||
        !readCommands(raw, manifest))
        return failure(ErrorCode::invalidArgument,
                       "its manifest has a text without end or with control characters");
    if (name->empty() || name->find_first_not_of(nameCharacters) != std::string::npos)
        return failure(ErrorCode::invalidArgument, "its manifest has the name '" + *name +
                                                       "'; a name is lower-case letters, digits and '-'");
    manifest.name = std::move(*name);
    manifest.abi = raw.abi;
    manifest.version = std::move(*version);
    manifest.buildTag = std::move(*tag);
    return manifest;
}

Result<PluginManifest> readManifest(const std::filesystem::path& file)
{
    const auto note = findNote(file, WAYMARK_NOTE_OWNER, WAYMARK_NOTE_TYPE);
    if (!note)
        return failure(note.error());
    return decodeManifest(*note);
}

std::string_view hostBuildTag() noexcept
{
    return WAYMARK_BUILD_TAG;
}

Result<void> checkBuildTag(const PluginManifest& manifest)
{
    if (manifest.buildTag == hostBuildTag())
        return {};
    return failure(ErrorCode::conflict, "it is built with '" + manifest.buildTag + "', this host with '" +
                                            std::string(hostBuildTag()) +
                                            "'; rebuild it with the same compiler, Poco and sanitizer");
}

} // namespace waymark::host
