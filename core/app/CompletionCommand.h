#pragma once

#include <waymark/plugin/CommandLine.h>

namespace waymark::app
{

/// waymark completion bash|zsh: a script for the shell. It asks `waymark complete` at every key press, so
/// that it knows the plugins that are installed then.
class CompletionCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::app
