#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4
{

/// waymark discv4 findnode [--timeout DURATION] [--tries N] [--key FILE] [--json] NODE [TARGET]
///
/// Asks a node for those that it knows nearest to a target. Exit code 0 when it answered, with nodes or
/// without, 69 when it did not.
class FindNodeCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4
