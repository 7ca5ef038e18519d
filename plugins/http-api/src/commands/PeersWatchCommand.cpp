#include "commands/PeersWatchCommand.h"

#include "commands/ApiOptions.h"
#include "commands/PeerFollower.h"

#include <waymark/base/Random.h>
#include <waymark/registry/Revision.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

Result<void> checkRevision(const std::string& value)
{
    const auto revision = registry::Revision::parse(value);
    return revision ? Result<void>() : failure(revision.error());
}

} // namespace

const plugin::CommandLine& PeersWatchCommand::line() const
{
    static const plugin::CommandLine line = ApiOptions::withExitCodes(
        ApiOptions::withUrl(
            plugin::CommandLine("http-api peers watch", "Shows each change of the registered peers as it "
                                                        "happens, until it is stopped. It goes on after a "
                                                        "restart of the daemon; where changes may be lost, "
                                                        "it says 'resync' and lists all peers again, and "
                                                        "'revision' when that is done.")
                .takes(CommandArgument::option("after", "REVISION")
                           .needs("a revision, as an earlier output has it")
                           .check(checkRevision)
                           .help("begin with what has happened after this (now)"))
                .takes(CommandArgument::flag("list").help("begin with all peers, as after 'resync'")))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark peers watch --json --list | while read -r change; do ...; done")
            .exits(ExitCode::ok, "it was stopped"));
    return line;
}

int PeersWatchCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    if (values->has("after") && values->has("list"))
        return line().refuse(context, "--list begins anew, and --after goes on: say one of them");
    auto client = TokenClient::open(*values);
    if (!client)
        return ApiOptions::complain(line(), context, client.error());
    const toolkit::Interruption interruption;
    client->heed(&interruption);
    SystemRandom random;
    const int code = PeerFollower(line(), context, *values, *client, {_clock, random}).run(interruption);
    client->heed(nullptr);
    return code;
}

} // namespace waymark::httpapi
