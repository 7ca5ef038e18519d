#include "nodeset/MergeCommand.h"

#include "nodeset/Files.h"

#include <algorithm>

namespace waymark::toolkit::nodeset
{

using plugin::ExitCode;

const plugin::CommandLine& MergeCommand::line() const
{
    static const plugin::CommandLine line =
        takingOutput(
            takingInput(
                plugin::CommandLine(
                    "node nodeset merge",
                    "Makes one set of several. Of each node it keeps the record with the highest seq, "
                    "the best score, the first of the first answers and the last of the others.")
                    .exits(ExitCode::ok, "the nodes were written")))
            .takes(inputOperand().repeatable())
            .example("waymark nodeset merge monday.json tuesday.json --out nodes.json");
    return line;
}

int MergeCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto files = values->all("FILE");
    if (std::ranges::count(files, "-") > 1)
        return line().refuse(context, "standard input, -, can be read once");
    const auto input = readInput(line(), context, *values, files);
    if (!input)
        return input.error();
    return writeOutput(line(), context, *values, *input, input->nodes);
}

} // namespace waymark::toolkit::nodeset
