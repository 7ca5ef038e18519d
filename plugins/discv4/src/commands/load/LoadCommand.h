#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4::load
{

/// waymark discv4 load (--rate N | --closed N) [--duration D] [--mix P:F] ... NODE
///
/// Puts a node under load from many made-up nodes, and tells latencies from the times at which requests were
/// to leave.
class LoadCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4::load
