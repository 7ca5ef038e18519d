#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace waymark::plugin
{

/// What a one-shot command gets from the command line.
struct CommandContext
{
    std::vector<std::string> arguments; ///< after the command's own name
    std::istream& in;
    std::ostream& out;   ///< results
    std::ostream& error; ///< complaints and progress
    bool terminal;       ///< `out` is a terminal
};

/// A network utility that runs once and ends: `waymark <plugin> <command> ...`.
class Command
{
public:
    virtual ~Command() = default;

    /// Does the work and returns the exit code (sysexits; docs/operations.md). Complaints about the arguments
    /// go to `error` with a hint at --help, and 64 comes back. --help prints how to use it; `waymark help`
    /// asks so.
    virtual int run(const CommandContext& context) = 0;
};

} // namespace waymark::plugin
