#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::toolkit::nodeset
{

/// waymark nodeset merge
class MergeCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::toolkit::nodeset
