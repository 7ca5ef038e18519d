#include "nodeset/ConvertCommand.h"

#include "nodeset/Files.h"

namespace waymark::toolkit::nodeset
{

using plugin::ExitCode;

const plugin::CommandLine& ConvertCommand::line() const
{
    static const plugin::CommandLine line =
        takingOutput(
            takingInput(plugin::CommandLine("node nodeset convert",
                                            "Writes a set of nodes in another format. Each node is written "
                                            "once, in the order of node ids.")
                            .exits(ExitCode::ok, "the nodes were written")))
            .takes(inputOperand())
            .example("waymark nodeset convert nodes.json --to static-nodes --out static-nodes.json");
    return line;
}

int ConvertCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    if (!values->has("to") && !values->has("json"))
        return line().refuse(context, "--to is missing: the format to write");
    const auto input = readInput(line(), context, *values, {values->text("FILE")});
    if (!input)
        return input.error();
    return writeOutput(line(), context, *values, *input, input->nodes);
}

} // namespace waymark::toolkit::nodeset
