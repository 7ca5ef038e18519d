#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4
{

/// waymark discv4 listen [--listen ADDRESS:PORT]... [--external-ip ADDRESS]... [--bootnodes LIST] [--packets]
///                       [--key FILE] [--json]
///
/// A node of the network that is there until it is stopped: answers, looks for others, and prints a line for
/// each that it finds or loses, and with --packets for each packet. Exit code 0 when it was stopped, 69 when
/// it could not bind.
class ListenCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4
