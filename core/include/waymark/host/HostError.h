#pragma once

#include <waymark/plugin/Plugin.h>

#include <string>
#include <vector>

namespace waymark::host
{

/// Why a host does not start: one line for each thing that must be mended, and the exit code.
class HostError : public plugin::StartError
{
public:
    HostError(plugin::ExitCode code, std::vector<std::string> lines);

    const std::vector<std::string>& lines() const noexcept { return _lines; }

private:
    std::vector<std::string> _lines;
};

} // namespace waymark::host
