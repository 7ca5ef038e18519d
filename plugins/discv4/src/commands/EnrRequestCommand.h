#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4
{

/// waymark discv4 enr-request [--raw] [--timeout DURATION] [--tries N] [--key FILE] [--json] NODE
///
/// Asks a node for its record (EIP-868). Exit code 0 when it came, 65 when what came is no record of the
/// node, 69 when nothing came.
class EnrRequestCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4
