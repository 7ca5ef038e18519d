#include "key/InspectCommand.h"

#include "key/KeyFiles.h"

#include <waymark/toolkit/Listing.h>

namespace waymark::toolkit
{

using plugin::ExitCode;

const plugin::CommandLine& InspectCommand::line() const
{
    static const plugin::CommandLine line = key::exitingForKeys(
        plugin::CommandLine("node key inspect",
                            "Checks that a file holds a node key which nobody else can read, and "
                            "shows the public side of it.")
            .takes(key::fileOperand())
            .takes(Listing::jsonFlag())
            .example("waymark key inspect node.key")
            .exits(ExitCode::ok, "it holds a key")
            .exits(ExitCode::usage, "the arguments are wrong"));
    return line;
}

int InspectCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto key = key::readKey(line(), context, values->text("FILE"));
    if (!key)
        return key.error();
    Record record;
    record.add("file", values->text("FILE"));
    key::addFacts(record, key->publicKey());
    record.print(context, *values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::toolkit
