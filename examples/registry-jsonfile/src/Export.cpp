#include "JsonFileRegistryPlugin.h"

#include <waymark/plugin/Export.h>

WAYMARK_EXPORT_PLUGIN(jsonfile::JsonFileRegistryPlugin, .name = "registry-jsonfile", .version = "1.0.0",
                      .provides = {"peer-registry"})
