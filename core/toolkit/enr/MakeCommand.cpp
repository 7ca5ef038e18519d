#include "enr/MakeCommand.h"

#include "enr/RecordOptions.h"
#include "key/KeyFiles.h"

#include <waymark/toolkit/Listing.h>

namespace waymark::toolkit
{

using plugin::CommandArgument;
using plugin::ExitCode;

const plugin::CommandLine& MakeCommand::line() const
{
    static const plugin::CommandLine line = key::exitingForKeys(
        enr::takingEntries(
            plugin::CommandLine("node enr make",
                                "Makes and signs a node record of just these entries (EIP-778).")
                .takes(CommandArgument::option("key", "FILE")
                           .required()
                           .needs("the name of a key file")
                           .help("the node key that signs")))
            .takes(enr::seqOption().defaultsTo("1").help(
                "the number of the record, which grows with every change"))
            .takes(Listing::jsonFlag())
            .example("waymark enr make --key node.key --ip 203.0.113.7 --udp-port 30303")
            .exits(ExitCode::ok, "it was printed")
            .exits(ExitCode::usage, "the arguments are wrong, or make a record of more than 300 bytes"));
    return line;
}

int MakeCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto entries = enr::entriesOf(*values);
    if (!entries)
        return line().refuse(context, entries.error().message);
    const auto key = key::readKey(line(), context, values->text("key"));
    if (!key)
        return key.error();
    const auto record = enr::signedRecord(*entries, values->integer("seq"), *key);
    if (!record)
        return line().refuse(context, record.error().message);
    enr::print(*record, context, *values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::toolkit
