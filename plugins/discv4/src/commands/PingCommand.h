#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4
{

/// waymark discv4 ping [--count N] [--timeout DURATION] [--json] NODE
///
/// Asks a node, given by its enode URL or its ENR, for a PONG, from a free port and with a key of its own for
/// this run. Prints one line for each answer with the round-trip time. Exit code 0 when there was one, 69
/// when there was none or the network refused, 64 for wrong arguments.
class PingCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4
