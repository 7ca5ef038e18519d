#pragma once

#include "base/Text.h"
#include "host/config/Setting.h"

#include <waymark/plugin/Plugin.h>

#include <string>
#include <vector>

namespace waymark::host
{

/// Why a host does not start: one line for each thing that must be mended, and the exit code.
class HostError : public plugin::StartError
{
public:
    HostError(plugin::ExitCode code, std::vector<std::string> lines)
        : StartError(code, text::joined(lines, "\n")), _lines(std::move(lines))
    {
    }
    /// Everything that is wrong with a configuration.
    explicit HostError(const Problems& problems)
        : HostError(plugin::ExitCode::configuration, linesOf(problems))
    {
    }

    const std::vector<std::string>& lines() const noexcept { return _lines; }

private:
    static std::vector<std::string> linesOf(const Problems& problems)
    {
        std::vector<std::string> lines;
        for (const Problem& problem : problems)
            lines.push_back(problem.toString());
        return lines;
    }

    std::vector<std::string> _lines;
};

} // namespace waymark::host
