#pragma once

#include "CommandGroup.h"

#include <waymark/node/Key.h>
#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandLine.h>

#include <filesystem>
#include <vector>

namespace waymark::app
{

/// `waymark bootnode`: geth's program of that name, which later versions lack. It understands the same
/// options in the same syntax, and runs the daemon in this process until TERM or INT, with the plugins discv4
/// and registry-memory, no HTTP and nothing on the disk.
class BootnodeCommand final : public plugin::Command
{
public:
    /// Where to look for plugins before the usual folders.
    explicit BootnodeCommand(std::vector<std::filesystem::path> pluginPath)
        : _pluginPath(std::move(pluginPath))
    {
    }

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    int serve(const plugin::CommandContext& context, const plugin::CommandValues& values,
              node::SecretKey key) const;

    std::vector<std::filesystem::path> _pluginPath;
};

/// For a group of built-in commands.
toolkit::BuiltInCommand bootnodeCommand(std::vector<std::filesystem::path> pluginPath);

} // namespace waymark::app
