#pragma once

#include <waymark/plugin/Command.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace waymark::toolkit
{

/// A command that is built into `waymark`, as a manifest would describe it.
struct BuiltInCommand
{
    std::string name; ///< one or two words: "enr decode"
    std::string help; ///< one line
    std::function<std::unique_ptr<plugin::Command>()> create;
};

/// Commands that stand behind one word, as those of a plugin do: "node".
struct CommandGroup
{
    std::string name;
    std::vector<BuiltInCommand> commands;
};

} // namespace waymark::toolkit
