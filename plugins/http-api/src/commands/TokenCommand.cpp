#include "commands/TokenCommand.h"

#include "access/Token.h"

#include <waymark/plugin/CommandLine.h>

#include <ostream>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;

const plugin::CommandLine& commandLine()
{
    static const plugin::CommandLine line =
        plugin::CommandLine("http-api token new",
                            "Makes a bearer token for the HTTP API. The first line of the output is the "
                            "token, which is shown this once; the second is the line for the file that "
                            "http-api.tokens names. That line is not secret.")
            .takes(CommandArgument::option("role", "ROLE")
                       .needs("read, register or admin")
                       .check([](const std::string& value) -> Result<void> {
                           const auto role = parseTokenRole(value);
                           return role ? Result<void>() : failure(role.error());
                       })
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
            .example("waymark token new --role register --label ci --from 10.0.0.0/8")
            .exits(plugin::ExitCode::ok, "there is a token")
            .exits(plugin::ExitCode::usage, "the arguments are wrong");
    return line;
}

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
    return commandLine();
}

int TokenCommand::run(const plugin::CommandContext& context)
{
    const auto values = commandLine().read(context);
    if (!values)
        return values.error();
    SystemRandom random;
    const SecretBuffer token = makeToken(random);
    context.out << token.view() << '\n' << entryFor(*values, token.view()).toString() << '\n';
    context.out.flush();
    if (context.terminal)
        context.error
            << "The first line is the token and is not shown again; the second belongs into the file "
               "that http-api.tokens names (then: reload).\n";
    return static_cast<int>(plugin::ExitCode::ok);
}

} // namespace waymark::httpapi
