#pragma once

#include "nodeset/Format.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/nodeset/NodeSet.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// Where commands take node sets from and where they put them.
namespace waymark::toolkit::nodeset
{

/// --from, --strict, and what reading may end with.
plugin::CommandLine takingInput(plugin::CommandLine line);
/// --to, --out, and what writing may end with.
plugin::CommandLine takingOutput(plugin::CommandLine line);
/// FILE
plugin::CommandArgument inputOperand();

struct Input
{
    NodeSet nodes;
    std::optional<Format> format; ///< when it is the same of all that have one
    std::size_t read = 0;         ///< nodes that were met, the same ones too
    std::size_t damaged = 0;      ///< entries that were left out
};

/// Reads files, "-" being standard input, into one set, shows how far it is and tells what is damaged; or
/// else the exit code that ends the command: the complaint was printed.
tl::expected<Input, int> readInput(const plugin::CommandLine& line, const plugin::CommandContext& context,
                                   const plugin::CommandValues& values,
                                   const std::vector<std::string>& files);

/// Writes where --out says, and then a few words on standard output; without it to standard output, as a
/// nodes.json with --json. The exit code.
int writeOutput(const plugin::CommandLine& line, const plugin::CommandContext& context,
                const plugin::CommandValues& values, const Input& input, const NodeSet& nodes);

} // namespace waymark::toolkit::nodeset
