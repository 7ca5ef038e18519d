#include "key/ToIdCommand.h"

#include "key/KeyFiles.h"

#include <waymark/toolkit/Listing.h>

#include <ostream>

namespace waymark::toolkit
{

using plugin::ExitCode;

const plugin::CommandLine& ToIdCommand::line() const
{
    static const plugin::CommandLine line = key::exitingForKeys(
        plugin::CommandLine(
            "node key to-id",
            "Prints the node id of a key: the keccak256 of its public key, by which records and node "
            "sets name the node.")
            .takes(key::fileOperand())
            .takes(Listing::jsonFlag())
            .example("waymark key to-id node.key")
            .exits(ExitCode::ok, "it was printed")
            .exits(ExitCode::usage, "the arguments are wrong"));
    return line;
}

int ToIdCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto key = key::readKey(line(), context, values->text("FILE"));
    if (!key)
        return key.error();
    const std::string id = toHex(key->publicKey().nodeId());
    if (values->has("json"))
        Record().add("node_id", id).print(context, *values);
    else
        context.out << id << '\n' << std::flush;
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::toolkit
