#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark peers get PEER
///
/// Shows all that is known of one registered peer.
class PeersGetCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::httpapi
