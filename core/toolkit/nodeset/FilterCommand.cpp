#include "nodeset/FilterCommand.h"

#include "nodeset/Files.h"
#include "nodeset/Filter.h"

namespace waymark::toolkit::nodeset
{

using plugin::ExitCode;

const plugin::CommandLine& FilterCommand::line() const
{
    static const plugin::CommandLine line =
        takingOutput(takingInput(Filter::takingOptions(
                         plugin::CommandLine("node nodeset filter",
                                             "Keeps those nodes of a set that pass every filter.")
                             .exits(ExitCode::ok, "the nodes were written, also when none passed"))))
            .takes(inputOperand())
            .example("waymark nodeset filter --entry eth --answered-within 1d --limit 50 nodes.json");
    return line;
}

int FilterCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto input = readInput(line(), context, *values, {values->text("FILE")});
    if (!input)
        return input.error();
    const Filter filter(*values, SystemClock().wallNow());
    return writeOutput(line(), context, *values, *input, filter.of(input->nodes));
}

} // namespace waymark::toolkit::nodeset
