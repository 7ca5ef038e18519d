#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4
{

/// waymark discv4 resolve [--bootnodes LIST] [--timeout DURATION] [--tries N] [--key FILE] [--raw] [--json]
/// NODE
///
/// Finds the newest record of a node and where it answers: asks the node itself, and when that does not
/// answer, looks for it from node to node, beginning with the bootnodes. Exit code 0 when the node answered
/// somewhere, 69 when it did not.
class ResolveCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4
