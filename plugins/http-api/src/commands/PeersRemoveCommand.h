#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark peers remove (PEER | --key FILE)
///
/// Takes back what the API registered of a peer: with a token or over the socket, or with a proof by its key.
class PeersRemoveCommand final : public plugin::Command
{
public:
    /// `clock` outlives it.
    explicit PeersRemoveCommand(const Clock& clock) : _clock(clock) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Clock& _clock;
};

} // namespace waymark::httpapi
