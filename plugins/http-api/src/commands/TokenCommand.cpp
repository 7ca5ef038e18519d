#include "commands/TokenCommand.h"

#include "access/Token.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <ostream>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;

TokenEntry entryFor(const plugin::CommandValues& values, std::string_view token)
{
    TokenEntry entry;
    entry.role = parseTokenRole(values.text("role")).value();
    entry.digest = digestOf(token);
    entry.label = values.find("label").value_or("");
    if (const auto networks = values.find("from"))
        entry.networks = TokenEntry::parseNetworks(*networks).value();
    return entry;
}

} // namespace

const plugin::CommandLine& TokenCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine("http-api token new",
                            "Makes a bearer token for the HTTP API. The first line of the output is the "
                            "token, which is shown this once; the second is the line for the file that "
                            "http-api.tokens names. That line is not secret.")
            .takes(CommandArgument::option("role", "ROLE")
                       .oneOf({"read", "register", "admin"})
                       .required()
                       .help("read: look; register: also register and remove peers; admin: everything"))
            .takes(CommandArgument::option("label", "NAME")
                       .needs("a name")
                       .check([](const std::string& value) { return TokenEntry::checkLabel(value); })
                       .help("what logs call who uses it: letters, digits, '.', '_', '-'"))
            .takes(CommandArgument::option("from", "CIDR[,CIDR...]")
                       .needs("networks as 10.0.0.0/8,2001:db8::/32")
                       .check([](const std::string& value) -> Result<void> {
                           const auto networks = TokenEntry::parseNetworks(value);
                           return networks ? Result<void>() : failure(networks.error());
                       })
                       .help("the networks that it may be used from (anywhere)"))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark token new --role register --label ci --from 10.0.0.0/8")
            .exits(plugin::ExitCode::ok, "there is a token")
            .exits(plugin::ExitCode::usage, "the arguments are wrong");
    return line;
}

int TokenCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    SystemRandom random;
    const SecretBuffer token = makeToken(random);
    const TokenEntry entry = entryFor(*values, token.view());
    if (values->has("json"))
        toolkit::Record()
            .add("token", token.view())
            .add("line", entry.toString())
            .add("role", values->text("role"))
            .add("label", values->find("label"))
            .add("from", values->find("from"))
            .print(context, *values);
    else
        context.out << token.view() << '\n' << entry.toString() << '\n' << std::flush;
    if (context.terminal)
        context.error << "The token is not shown again. Its line, which is no secret, belongs into the\n"
                         "file that http-api.tokens names; then reload the daemon.\n";
    return static_cast<int>(plugin::ExitCode::ok);
}

} // namespace waymark::httpapi
