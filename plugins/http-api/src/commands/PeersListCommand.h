#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark peers list [--label NAME=VALUE]...
///
/// Shows the registered peers, however many pages they are.
class PeersListCommand final : public plugin::Command
{
public:
    /// `clock` outlives it.
    explicit PeersListCommand(const Clock& clock) : _clock(clock) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Clock& _clock;
};

} // namespace waymark::httpapi
