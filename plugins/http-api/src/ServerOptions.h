#pragma once

#include <waymark/plugin/ConfigSchema.h>
#include <waymark/plugin/ConfigView.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// The keys that say where the API is served, how much of it and how long; who may do what is said by others.
std::vector<plugin::Option> serverOptions();

/// The Unix socket of `instance`: what is configured, else one in the RuntimeDirectory that systemd made.
std::optional<std::filesystem::path> socketOf(const plugin::ConfigView& config, const std::string& instance);

} // namespace waymark::httpapi
