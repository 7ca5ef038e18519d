#pragma once

#include "host/loader/ManifestReader.h"

#include <string_view>

namespace waymark::host
{

/// Whether the host itself provides the service of that id.
bool isOfHost(std::string_view serviceId) noexcept;

/// Whether it is the prefix of the host's own keys, which no plugin may be called.
bool isPrefixOfHost(std::string_view name) noexcept;

/// Whether the manifest leaves the host what is the host's: its name, and its services but for local-node and
/// node-store, which a plugin may provide in its stead. invalidArgument.
Result<void> checkHostNames(const PluginManifest& manifest);

} // namespace waymark::host
