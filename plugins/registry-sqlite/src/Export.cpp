#include "SqliteRegistryPlugin.h"

#include <waymark/plugin/Export.h>

WAYMARK_EXPORT_PLUGIN(waymark::registry::SqliteRegistryPlugin, .name = "registry-sqlite", .version = "0.1.0",
                      .provides = {"peer-registry"},
                      .commands = {{"repair", "Save what can be read of a damaged database"}})
