#include "ManCommand.h"

#include "ManualPage.h"

namespace waymark::app
{

using plugin::CommandArgument;
using plugin::ExitCode;

const plugin::CommandLine& ManCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine("man",
                            "Prints the manual page of waymark, of a plugin or of one command, as a source "
                            "for man(1).")
            .takes(CommandArgument::operand("WORD").optional().repeatable().help(
                "a plugin, a command, or a plugin and its command"))
            .example("waymark man discv4 ping | man -l -")
            .exits(ExitCode::ok, "it was printed")
            .exits(ExitCode::usage, "there is no such command")
            .exits(ExitCode::configuration, "a plugin was refused");
    return line;
}

int ManCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto printed = printManualPage(context.out, _catalogue, values->all("WORD"));
    if (printed)
        return static_cast<int>(ExitCode::ok);
    if (printed.error().code == ErrorCode::unavailable)
        return line().fail(context, ExitCode::configuration, printed.error().message);
    return line().refuse(context, printed.error().message);
}

} // namespace waymark::app
