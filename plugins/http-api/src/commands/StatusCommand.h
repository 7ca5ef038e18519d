#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark status [--probe]
///
/// Says whether a daemon is well, and what it is: for people, and as a probe of Kubernetes.
class StatusCommand final : public plugin::Command
{
public:
    /// `clock` outlives it.
    explicit StatusCommand(const Clock& clock) : _clock(clock) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Clock& _clock;
};

} // namespace waymark::httpapi
