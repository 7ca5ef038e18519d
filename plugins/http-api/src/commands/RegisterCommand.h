#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark register --key FILE --url URL --ip IP [...]
///
/// Registers a peer once, with a proof by its own key, and prints what the daemon says of it.
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
