#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4::probe
{

/// waymark discv4 probe [--only GROUP]... [--tap | --json] ... NODE
///
/// Tries one discv4 server against the rules of the protocol, with packets that are right and wrong.
class ProbeCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4::probe
