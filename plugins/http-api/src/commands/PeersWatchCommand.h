#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark peers watch [--after REVISION | --list]
///
/// Shows each change of the registered peers as it happens, across restarts of the daemon.
class PeersWatchCommand final : public plugin::Command
{
public:
    /// `clock` outlives it.
    explicit PeersWatchCommand(const Clock& clock) : _clock(clock) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Clock& _clock;
};

} // namespace waymark::httpapi
