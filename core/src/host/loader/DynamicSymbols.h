#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace waymark::host
{

/// Why the dynamic symbols of a plugin, read from its file, would have it refused: it exports no class, or it
/// calls functions of Waymark that this one does not have. Nothing when they would not, or when the file does
/// not tell (it was stripped of its section headers, is damaged, or is linked with a library that is not in
/// this process and may have the functions): then loading it tells. Symbols of other libraries are not looked
/// for. None of the plugin's code runs.
std::optional<std::string> flawInSymbols(const std::filesystem::path& file);

} // namespace waymark::host
