#include "base/Columns.h"
#include "plugin/CommandParser.h"

#include <waymark/plugin/CommandLine.h>

#include <algorithm>
#include <ostream>
#include <string_view>

namespace waymark::plugin
{

namespace
{

constexpr std::size_t width = 80;

/// Wherever it stands: who does not know what to write asks in the middle of it.
bool asksForHelp(const std::vector<std::string>& words)
{
    const auto end = std::ranges::find(words, "--");
    return std::any_of(words.begin(), end,
                       [](const std::string& word) { return word == "--help" || word == "-h"; });
}

/// Breaks between arguments, not within one.
std::string wrappedParts(std::string start, const std::vector<std::string>& parts)
{
    std::string lines;
    const std::size_t indent = start.size() < width / 2 ? start.size() : width / 10;
    for (const std::string& part : parts) {
        if (start.size() + 1 + part.size() > width) {
            lines += start + '\n';
            start = std::string(indent, ' ');
        }
        start += ' ' + part;
    }
    return lines + start + '\n';
}

std::string listed(const std::vector<std::vector<std::string>>& rows)
{
    return rows.empty() ? std::string() : '\n' + text::aligned(rows, width);
}

} // namespace

CommandLine::CommandLine(std::string command, std::string summary)
    : _command(std::move(command)), _summary(std::move(summary))
{
}

CommandLine CommandLine::takes(CommandArgument argument) &&
{
    _arguments.push_back(std::move(argument));
    return std::move(*this);
}

CommandLine CommandLine::example(std::string line) &&
{
    _examples.push_back(std::move(line));
    return std::move(*this);
}

CommandLine CommandLine::exits(ExitCode code, std::string when) &&
{
    _exits.emplace_back(code, std::move(when));
    return std::move(*this);
}

tl::expected<CommandValues, int> CommandLine::read(const CommandContext& context) const
{
    if (asksForHelp(context.arguments)) {
        context.out << help();
        return tl::unexpected(static_cast<int>(ExitCode::ok));
    }
    auto values = parse(context.arguments);
    if (!values)
        return tl::unexpected(refuse(context, values.error().message));
    return std::move(*values);
}

Result<CommandValues> CommandLine::parse(const std::vector<std::string>& words) const
{
    return CommandParser(*this, words).run();
}

int CommandLine::refuse(const CommandContext& context, const std::string& message) const
{
    return fail(context, ExitCode::usage, message + "; see --help");
}

void CommandLine::complain(const CommandContext& context, const std::string& message) const
{
    context.error << text::complaint(_command + ": " + message,
                                     context.errorTerminal ? context.width : text::unlimited);
}

int CommandLine::fail(const CommandContext& context, ExitCode code, const std::string& message) const
{
    complain(context, message);
    return static_cast<int>(code);
}

std::string CommandLine::brokenExample(const std::string& example, std::size_t width)
{
    constexpr std::string_view goesOn = " \\";
    const std::string indent = "  ";
    std::string lines;
    std::string line = indent;
    for (std::size_t place = 0; place < example.size();) {
        const std::size_t end = std::min(example.find(' ', place), example.size());
        const std::string word = example.substr(place, end - place);
        const std::size_t reserve = end < example.size() ? goesOn.size() : 0;
        if (line.size() > indent.size() && line.size() + 1 + word.size() + reserve > width) {
            lines += line + std::string(goesOn) + '\n';
            line = indent + indent + word;
        } else {
            line += (line.size() > indent.size() ? " " : "") + word;
        }
        place = end + 1;
    }
    return lines + line + '\n';
}

std::string CommandLine::usage() const
{
    std::vector<std::string> parts;
    for (const CommandArgument& argument : _arguments)
        if (argument.isNamed())
            parts.push_back(argument.inUsage());
    for (const CommandArgument& argument : _arguments)
        if (argument.kind() == CommandArgument::Kind::operand)
            parts.push_back(argument.inUsage());
    return wrappedParts("usage: waymark " + _command, parts);
}

std::string CommandLine::help() const
{
    std::vector<std::vector<std::string>> options;
    for (const CommandArgument& argument : _arguments) {
        if (argument.helpText().empty())
            continue;
        options.push_back({"  " + argument.shown(), argument.described()});
    }
    options.push_back({"  --help", "show this help"});
    std::vector<std::vector<std::string>> codes;
    for (const auto& [code, when] : _exits)
        codes.push_back({"  " + std::to_string(static_cast<int>(code)), when});
    std::string text = usage() + '\n' + text::wrapped(_summary, 0, width) + '\n' + listed(options);
    for (const std::string& line : _examples)
        text += (&line == &_examples.front() ? "\nexample:\n" : "") + brokenExample(line, width);
    if (!codes.empty())
        text += "\nexit codes:" + listed(codes);
    return text;
}

} // namespace waymark::plugin
