#include "commands/RegisterCommand.h"

#include "commands/ApiOptions.h"
#include "commands/OwnRegistration.h"
#include "commands/ProvenClient.h"
#include "commands/RegistrationKeeper.h"

#include <waymark/base/Random.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>

#include <csignal>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;
using plugin::CommandContext;
using plugin::CommandValues;
using plugin::ExitCode;

int registerOnce(const plugin::CommandLine& line, const CommandContext& context, const CommandValues& values,
                 ProvenClient& client, const OwnRegistration& registration)
{
    const auto answer = client.send("POST", "/peers", registration.body());
    if (!answer)
        return ApiOptions::complain(line, context, answer.error());
    if (answer->status != 201)
        return ApiOptions::complain(line, context, *answer);
    const auto peer = ShownPeer::read(answer->body);
    if (!peer)
        return ApiOptions::complain(line, context, peer.error());
    peer->record(context.terminal).print(context, values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace

const plugin::CommandLine& RegisterCommand::line() const
{
    static const plugin::CommandLine line = ApiOptions::withExitCodes(
        ApiOptions::withUrl(
            OwnRegistration::withOptions(
                plugin::CommandLine(
                    "http-api register",
                    "Registers a peer with a daemon, by a record that its key has signed and a proof that it "
                    "has "
                    "the key, and stays: it renews the lease, registers anew when the daemon has forgotten, "
                    "and "
                    "takes the registration back at SIGTERM or SIGINT. The key itself stays here. Where the "
                    "daemon "
                    "takes no proofs, the token (--token-file) is sent.")
                    .takes(ProvenClient::keyOption().required()),
                "how long the registration lasts without being renewed (2m; with --once, what the daemon "
                "gives)"))
            .takes(CommandArgument::flag("once").help("register once, and end"))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark register --key node.key --url http://bootnode:8080 --ip 10.0.1.5")
            .example("waymark register --once --key node.key --enr enr:-... --ttl 10m")
            .exits(ExitCode::ok, "it was registered, and with --once it is; else it was taken back"));
    return line;
}

int RegisterCommand::run(const CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    if (const auto checked = OwnRegistration::check(*values); !checked)
        return ApiOptions::complain(line(), context, checked.error());
    auto client = ProvenClient::open(*values, _clock);
    if (!client)
        return ApiOptions::complain(line(), context, client.error());
    auto registration = OwnRegistration::from(*values, client->key(), _clock);
    if (!registration)
        return ApiOptions::complain(line(), context, registration.error());
    if (values->has("once"))
        return registerOnce(line(), context, *values, *client, *registration);
    const toolkit::Interruption interruption;
    static_cast<void>(::signal(SIGPIPE, SIG_IGN)); // whoever read its output may go; the registration stays
    SystemRandom random;
    Notices notices(line(), context, values->has("json"));
    return static_cast<int>(
        RegistrationKeeper(*client, *registration, notices, _clock, random).run(interruption));
}

} // namespace waymark::httpapi
