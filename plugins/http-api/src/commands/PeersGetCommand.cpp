#include "commands/PeersGetCommand.h"

#include "commands/ApiOptions.h"
#include "commands/KnownAnswers.h"
#include "commands/PeerArgument.h"
#include "commands/ShownPeer.h"
#include "commands/TokenClient.h"

#include <waymark/toolkit/Listing.h>

namespace waymark::httpapi
{

using plugin::ExitCode;

const plugin::CommandLine& PeersGetCommand::line() const
{
    static const plugin::CommandLine line = ApiOptions::withExitCodes(
        ApiOptions::withUrl(
            plugin::CommandLine("http-api peers get", "Shows what a daemon knows of one registered peer.")
                .takes(PeerArgument::operand()))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark peers get c6047f94")
            .example("waymark peers get enode://c6047f94...@10.0.1.5:30303")
            .exits(ExitCode::ok, "it is registered")
            .exits(ExitCode::failedCheck, "it is not"));
    return line;
}

int PeersGetCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto client = TokenClient::open(*values);
    if (!client)
        return ApiOptions::complain(line(), context, client.error());
    const std::string& meant = values->text("PEER");
    const auto unknown = [&] {
        return line().fail(context, ExitCode::failedCheck,
                           client->client().place() + ": no registered peer is '" + meant + "'");
    };
    const auto id = PeerArgument::find(*client, meant);
    if (!id)
        return ApiOptions::complain(line(), context, id.error());
    if (!*id)
        return unknown();
    const auto answer = client->get(PeerArgument::path(**id));
    if (!answer)
        return ApiOptions::complain(line(), context, answer.error());
    if (saysUnknown(*answer))
        return unknown();
    if (answer->status != 200)
        return ApiOptions::complain(line(), context, *answer);
    const auto peer = ShownPeer::read(answer->body);
    if (!peer)
        return ApiOptions::complain(line(), context, peer.error());
    peer->record(context.terminal).print(context, *values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::httpapi
