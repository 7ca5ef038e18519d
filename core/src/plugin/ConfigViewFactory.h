#pragma once

#include <waymark/plugin/ConfigView.h>

#include <filesystem>
#include <map>
#include <string>

namespace waymark::plugin
{

/// A raw text that passed its option's check, and the folder that relative paths in it follow.
struct CheckedValue
{
    std::string raw;
    std::filesystem::path base;
};

/// Makes views of values that were checked before; for the host's configuration.
class ConfigViewFactory
{
public:
    static ConfigView make(const ConfigSchema& schema, std::map<std::string, CheckedValue> values,
                           std::filesystem::path stateDirectory);
};

} // namespace waymark::plugin
