#include "MemoryRegistryPlugin.h"

#include <waymark/plugin/Export.h>

WAYMARK_EXPORT_PLUGIN(waymark::registry::MemoryRegistryPlugin, .name = "registry-memory", .version = "0.1.0",
                      .provides = {"peer-registry"})
