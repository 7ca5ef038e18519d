#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark peers remove --key FILE --url URL
///
/// Takes a peer's registration back, with a proof by its own key.
class PeersCommand final : public plugin::Command
{
public:
    /// `clock` outlives it.
    explicit PeersCommand(const Clock& clock) : _clock(clock) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Clock& _clock;
};

} // namespace waymark::httpapi
