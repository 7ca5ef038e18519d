#include "commands/PeersCommand.h"

#include "commands/ProvenClient.h"
#include "routes/PeerAnswers.h"

#include <ostream>
#include <string>
#include <variant>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

const plugin::CommandLine& commandLine()
{
    static const plugin::CommandLine line = ProvenClient::withExitCodes(
        ProvenClient::withOptions(
            plugin::CommandLine("http-api peers remove",
                                "Takes a peer's registration back, with a proof that it has the peer's key. "
                                "What other origins say of the peer stays."))
            .example("waymark peers remove --key node.key --url http://bootnode:8080")
            .exits(ExitCode::ok, "the peer is not registered any more, or was not before"));
    return line;
}

/// Many a server has nothing at this path; only the daemon's own words say that the peer is not registered.
bool saysUnknown(const ApiAnswer& answer)
{
    const auto known = unknownPeer();
    const auto* const words = std::get_if<std::string>(&known.body());
    return answer.status == known.status() && words != nullptr && answer.body == *words;
}

} // namespace

const plugin::CommandLine& PeersCommand::line() const
{
    return commandLine();
}

int PeersCommand::run(const plugin::CommandContext& context)
{
    const auto& line = commandLine();
    const auto values = line.read(context);
    if (!values)
        return values.error();
    auto client = ProvenClient::open(*values, _clock);
    if (!client && client.error().code == ErrorCode::invalidArgument)
        return line.refuse(context, client.error().message);
    if (!client)
        return line.fail(context, ExitCode::keyFile, client.error().message);
    const auto answer = client->send("DELETE", "/peers/" + client->peer().hex());
    if (!answer)
        return line.fail(context, ExitCode::unavailable, answer.error().message);
    if (answer->status != 200 && !saysUnknown(*answer))
        return line.fail(context, ProvenClient::exitCodeFor(answer->status), answer->complaint());
    context.out << (answer->status == 200 ? "removed" : "was not registered") << '\n';
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::httpapi
