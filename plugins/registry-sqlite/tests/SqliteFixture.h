#pragma once

#include <waymark/contract/PluginRegistry.h>
#include <waymark/plugin/Export.h>

#include <memory>

extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_registry_sqlite();

namespace waymark::registry
{

inline std::unique_ptr<plugin::Plugin> makeSqlitePlugin()
{
    return std::unique_ptr<plugin::Plugin>(waymark_static_plugin_registry_sqlite()->create());
}

} // namespace waymark::registry
