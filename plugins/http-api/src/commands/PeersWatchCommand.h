#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark peers watch [--since REVISION | --list]
///
/// Shows each change of the registered peers as it happens, across restarts of the daemon.
class PeersWatchCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::httpapi
