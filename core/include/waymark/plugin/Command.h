#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace waymark::plugin
{

class CommandLine;

/// What a one-shot command gets from the command line.
struct CommandContext
{
    std::vector<std::string> arguments; ///< after the command's own name
    std::istream& in;
    std::ostream& out;          ///< results
    std::ostream& error;        ///< complaints and progress
    bool terminal = false;      ///< `out` is a terminal
    bool errorTerminal = false; ///< `error` is one, on which progress may be drawn
    bool colour = false;        ///< `out` is a terminal that wants colours (NO_COLOR is not set)
    std::size_t width = 80;     ///< columns of the terminal
};

/// A network utility that runs once and ends: `waymark <plugin> <command> ...`.
class Command
{
public:
    virtual ~Command() = default;

    /// How it is called. --help, completion and the man page come from it. Lives as long as the plugin.
    virtual const CommandLine& line() const = 0;

    /// Does the work and returns the exit code (ExitCode.h). Complaints about the arguments go to `error`
    /// with a hint at --help, and 64 comes back. --help prints how to use it; `waymark help` asks so.
    virtual int run(const CommandContext& context) = 0;
};

} // namespace waymark::plugin
