#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark register --key FILE (--ip IP | --enr ENR) [--once]
///
/// Keeps a peer registered until it is stopped, or registers it once.
class RegisterCommand final : public plugin::Command
{
public:
    /// `clock` outlives it.
    explicit RegisterCommand(const Clock& clock) : _clock(clock) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Clock& _clock;
};

} // namespace waymark::httpapi
