#pragma once

#include <waymark/plugin/Manifest.h>
#include <waymark/plugin/Plugin.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <stdexcept>
#include <string_view>

#ifndef WAYMARK_STATIC_PLUGIN
#include <Poco/ClassLibrary.h>
#endif

/// The export of a plugin, for one translation unit of its own (src/Export.cpp):
///
///     WAYMARK_EXPORT_PLUGIN(waymark::registry::MemoryRegistryPlugin,
///         .name = "registry-memory", .version = "1.0", .provides = {"peer-registry"})
///
/// waymark_add_plugin() compiles it twice: for the shared library it leaves a manifest note and Poco's class
/// manifest, for static builds the function waymark_static_plugin_<name>().
namespace waymark::plugin
{

struct CommandDescription
{
    std::string_view name;
    std::string_view help;
};

/// What an author writes; makeManifest() makes the flat form of it at compile time.
struct PluginDescription
{
    std::string_view name;
    std::string_view version;
    std::initializer_list<std::string_view> provides = {};
    std::initializer_list<std::string_view> needs = {};
    std::initializer_list<std::string_view> wants = {};
    std::initializer_list<CommandDescription> commands = {};
};

/// A plugin that is linked into the program instead of loaded.
struct StaticPlugin
{
    const WaymarkManifest* manifest;
    Plugin* (*create)(); ///< the caller owns what it returns
};

namespace detail
{

template <std::size_t N>
consteval void copyText(char (&out)[N], std::string_view text)
{
    if (text.size() >= N)
        throw std::length_error("too long for the manifest");
    std::copy(text.begin(), text.end(), out);
}

template <std::size_t Rows, std::size_t N>
consteval void copyList(char (&out)[Rows][N], std::initializer_list<std::string_view> texts)
{
    if (texts.size() > Rows)
        throw std::length_error("too many entries for the manifest");
    std::size_t row = 0;
    for (const std::string_view text : texts)
        copyText(out[row++], text);
}

} // namespace detail

consteval WaymarkManifest makeManifest(const PluginDescription& description, std::string_view buildTag)
{
    WaymarkManifest manifest{};
    detail::copyText(manifest.magic, WAYMARK_MANIFEST_MAGIC);
    manifest.size = sizeof(WaymarkManifest);
    manifest.abi = WAYMARK_ABI;
    detail::copyText(manifest.name, description.name);
    detail::copyText(manifest.version, description.version);
    detail::copyText(manifest.buildTag, buildTag);
    detail::copyList(manifest.provides, description.provides);
    detail::copyList(manifest.needs, description.needs);
    detail::copyList(manifest.wants, description.wants);
    std::size_t row = 0;
    if (description.commands.size() > WAYMARK_MANIFEST_COMMANDS)
        throw std::length_error("too many commands for the manifest");
    for (const CommandDescription& command : description.commands) {
        detail::copyText(manifest.commands[row].name, command.name);
        detail::copyText(manifest.commands[row].help, command.help);
        ++row;
    }
    return manifest;
}

/// An ELF note as it lies in the file: header, owner padded to 4 bytes, description.
struct ManifestNote
{
    std::uint32_t ownerSize = sizeof(WAYMARK_NOTE_OWNER);
    std::uint32_t descriptionSize = sizeof(WaymarkManifest);
    std::uint32_t type = WAYMARK_NOTE_TYPE;
    char owner[8] = WAYMARK_NOTE_OWNER;
    WaymarkManifest manifest;
};

} // namespace waymark::plugin

// WAYMARK_BUILD_TAG and WAYMARK_PLUGIN_SYMBOL come from waymark_add_plugin().
#ifdef WAYMARK_STATIC_PLUGIN
#define WAYMARK_EXPORT_PLUGIN(Class, ...)                                                                    \
    extern "C" const waymark::plugin::StaticPlugin* WAYMARK_PLUGIN_SYMBOL();                                 \
    extern "C" const waymark::plugin::StaticPlugin* WAYMARK_PLUGIN_SYMBOL()                                  \
    {                                                                                                        \
        static constexpr WaymarkManifest manifest = waymark::plugin::makeManifest(                           \
            waymark::plugin::PluginDescription{__VA_ARGS__}, WAYMARK_BUILD_TAG);                             \
        static constexpr waymark::plugin::StaticPlugin plugin{&manifest, []() -> waymark::plugin::Plugin* {  \
                                                                  return new Class;                          \
                                                              }};                                            \
        return &plugin;                                                                                      \
    }
#else
#define WAYMARK_EXPORT_PLUGIN(Class, ...)                                                                    \
    extern "C" {                                                                                             \
    extern const waymark::plugin::ManifestNote waymarkManifestNote;                                          \
    __attribute__((section(WAYMARK_NOTE_SECTION), used,                                                      \
                   aligned(4))) constexpr waymark::plugin::ManifestNote waymarkManifestNote{                 \
        .manifest = waymark::plugin::makeManifest(waymark::plugin::PluginDescription{__VA_ARGS__},           \
                                                  WAYMARK_BUILD_TAG)};                                       \
    }                                                                                                        \
    POCO_BEGIN_MANIFEST(waymark::plugin::Plugin)                                                             \
    POCO_EXPORT_CLASS(Class)                                                                                 \
    POCO_END_MANIFEST
#endif
