#pragma once

#include <filesystem>
#include <optional>

namespace waymark
{

/// The first folder that the service manager names in an environment variable such as STATE_DIRECTORY or
/// RUNTIME_DIRECTORY (systemd.exec(5): several are separated by colons); nothing where it names none. Not
/// while another thread changes the environment.
std::optional<std::filesystem::path> serviceFolder(const char* variable);

} // namespace waymark
