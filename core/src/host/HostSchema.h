#pragma once

#include <waymark/plugin/ConfigSchema.h>

#include <string>
#include <string_view>
#include <utility>

namespace waymark::host
{

/// The keys below "waymark."
const plugin::ConfigSchema& hostSchema();

/// The keys below "node."
const plugin::ConfigSchema& nodeSchema();

/// "name[:library]" of waymark.plugins; the library defaults to the name. invalidArgument for bad names.
Result<std::pair<std::string, std::string>> parsePluginEntry(std::string_view entry);

} // namespace waymark::host
