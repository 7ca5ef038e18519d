#include "commands/PeersRemoveCommand.h"

#include "commands/ApiOptions.h"
#include "commands/KnownAnswers.h"
#include "commands/PeerArgument.h"
#include "commands/ProvenClient.h"
#include "commands/TokenClient.h"

#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <optional>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandValues;
using plugin::ExitCode;

/// Whose registration it was, and what the daemon says; nobody's, where no id begins as the argument does.
struct Removal
{
    std::optional<node::PeerId> peer;
    ApiAnswer answer;
};

Result<Removal> removeByKey(const CommandValues& values, const Clock& clock)
{
    auto client = ProvenClient::open(values, clock);
    if (!client)
        return failure(client.error());
    // A proof is over the path as the daemon sees it.
    auto answer = client->send("DELETE", "/peers/" + client->peer().hex());
    return answer ? Result<Removal>(Removal{node::PeerId(client->peer()), std::move(*answer)})
                  : failure(answer.error());
}

Result<Removal> removeByToken(const CommandValues& values)
{
    const auto client = TokenClient::open(values);
    if (!client)
        return failure(client.error());
    const std::string& meant = values.text("PEER");
    auto id = PeerArgument::find(*client, meant);
    if (!id)
        return failure(id.error());
    if (!*id)
        return Removal{std::nullopt, {}};
    auto answer = client->send({.method = "DELETE", .path = PeerArgument::path(**id)});
    return answer ? Result<Removal>(Removal{std::move(*id), std::move(*answer)}) : failure(answer.error());
}

} // namespace

const plugin::CommandLine& PeersRemoveCommand::line() const
{
    static const plugin::CommandLine line = ApiOptions::withExitCodes(
        ApiOptions::withUrl(
            plugin::CommandLine(
                "http-api peers remove",
                "Takes a peer's registration back. By --key the peer itself does, with a proof; "
                "who names a PEER needs a token with the role register (--token-file), or the daemon's "
                "socket. What other origins say of the peer stays.")
                .takes(PeerArgument::operand().optional())
                .takes(ProvenClient::keyOption()))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark peers remove --key node.key --url http://bootnode:8080")
            .example("waymark peers remove enode://c6047f94...@10.0.1.5:30303")
            .exits(ExitCode::ok, "the peer is not registered any more, or was not before")
            .exits(ExitCode::failedCheck, "no registered peer's id begins so"));
    return line;
}

int PeersRemoveCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    if (values->has("key") == values->has("PEER"))
        return line().refuse(context, "say which peer, by either PEER or its --key");
    const auto removal = values->has("key") ? removeByKey(*values, _clock) : removeByToken(*values);
    if (!removal)
        return ApiOptions::complain(line(), context, removal.error());
    if (!removal->peer)
        return line().fail(context, ExitCode::failedCheck,
                           "no registered peer's id begins with '" + values->text("PEER") + "'");
    if (removal->answer.status != 200 && !saysUnknown(removal->answer))
        return ApiOptions::complain(line(), context, removal->answer);
    toolkit::Record()
        .add("id", removal->peer->toString())
        .add("removed", toolkit::Cell(removal->answer.status == 200)
                            .shownAs(removal->answer.status == 200 ? "yes" : "it was not registered"))
        .print(context, *values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::httpapi
