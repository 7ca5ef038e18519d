#pragma once

#include "host/loader/PluginFinder.h"

#include <waymark/plugin/Plugin.h>

#include <memory>
#include <string>

namespace waymark::host
{

/// One entry of waymark.plugins on its way through the phases.
struct PluginInstance
{
    std::string name; ///< also the prefix of its keys
    PluginSource source;
    std::unique_ptr<plugin::Plugin> plugin; ///< empty until it is loaded
    bool started = false;

    const PluginManifest& manifest() const { return *source.manifest; }
    /// "plugin NAME (FILE)"
    std::string description() const { return "plugin " + name + " (" + source.description() + ')'; }
};

} // namespace waymark::host
