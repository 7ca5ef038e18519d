#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4::decode
{

/// waymark discv4 decode [--port PORT]... [--json] PACKET
///
/// Explains packets field by field: one in hex digits, those of a capture, or lines of hex digits from a file
/// or standard input.
class DecodeCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4::decode
