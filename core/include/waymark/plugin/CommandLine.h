#pragma once

#include <waymark/base/Result.h>
#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandArgument.h>
#include <waymark/plugin/CommandValues.h>
#include <waymark/plugin/ExitCode.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace waymark::plugin
{

/// How a command is called, declared once:
///
///     static const CommandLine line =
///         CommandLine("greet say", "Greets somebody.")
///             .takes(CommandArgument::flag("loud").help("in capital letters"))
///             .takes(CommandArgument::operand("NAME").help("who it is"))
///             .example("waymark greet say everybody")
///             .exits(ExitCode::ok, "it was said");
///
/// From it come parsing, the errors and --help. Options may stand before, behind and between the operands; a
/// word "--" ends them. An option is written out: abbreviations are refused, which a later option would make
/// mean something else.
class CommandLine
{
public:
    /// The command without "waymark", and what it does in a sentence or two.
    CommandLine(std::string command, std::string summary);

    CommandLine takes(CommandArgument argument) &&;
    CommandLine example(std::string line) &&;
    CommandLine exits(ExitCode code, std::string when) &&;

    /// The values, or else the exit code that ends the command: --help was printed, or what is wrong.
    tl::expected<CommandValues, int> read(const CommandContext& context) const;
    /// What is wrong with these words names the word, what it needs, and what was probably meant.
    Result<CommandValues> parse(const std::vector<std::string>& words) const;
    /// Complains about the arguments, with a hint at --help, and is the exit code for it.
    int refuse(const CommandContext& context, const std::string& message) const;
    /// Complains without ending the command: in lines of their own, which break on a terminal.
    void complain(const CommandContext& context, const std::string& message) const;
    /// Complains about anything else.
    int fail(const CommandContext& context, ExitCode code, const std::string& message) const;
    /// What --help prints, 80 columns wide.
    std::string help() const;

    /// An example as --help shows it, indented by two, with line ends. One that is wider than `width` columns
    /// goes on in further lines behind backslashes, so that it may still be copied.
    static std::string brokenExample(const std::string& example, std::size_t width);

    const std::string& command() const noexcept { return _command; }
    const std::string& summary() const noexcept { return _summary; }
    const std::vector<CommandArgument>& arguments() const noexcept { return _arguments; }
    const std::vector<std::string>& examples() const noexcept { return _examples; }
    const std::vector<std::pair<ExitCode, std::string>>& exitCodes() const noexcept { return _exits; }

private:
    std::string usage() const;

    std::string _command;
    std::string _summary;
    std::vector<CommandArgument> _arguments;
    std::vector<std::string> _examples;
    std::vector<std::pair<ExitCode, std::string>> _exits;
};

} // namespace waymark::plugin
