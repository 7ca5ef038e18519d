#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4
{

/// waymark discv4 ping [--count N] [--interval DURATION] [--timeout DURATION] [--key FILE] [--json] NODE
///
/// Asks a node for PONGs, one line for each, and ends with statistics, also at SIGINT. Exit code 0 when one
/// came, 69 when none did.
class PingCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4
