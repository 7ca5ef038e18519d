#pragma once

#include <waymark/base/Result.h>
#include <waymark/plugin/Plugin.h>

#include <filesystem>
#include <memory>

namespace waymark::host
{

/// Opens an accepted plugin and makes its one class. The library stays open for as long as the process runs.
///
/// A static constructor that throws cannot be survived: the C++ runtime ends the process. While a library is
/// being opened a terminate handler therefore says which one it was, and exits with 78.
Result<std::unique_ptr<plugin::Plugin>> loadPlugin(const std::filesystem::path& file);

} // namespace waymark::host
