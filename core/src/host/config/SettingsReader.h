#pragma once

#include "host/config/Setting.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace waymark::host
{

struct ReadSettings
{
    Settings settings;
    Problems problems;
    bool isComplete = true; ///< false: a file gave nothing, so that what is missing may stand there
};

/// Reads `file`, then `conf.d/*.properties` beside it in order of name, then `overrides` (--set), later ones
/// winning; and expands `${system.env.NAME}` and `${other.key}`. An empty file name means overrides alone.
ReadSettings readSettings(const std::filesystem::path& file,
                          const std::vector<std::pair<std::string, std::string>>& overrides);

} // namespace waymark::host
