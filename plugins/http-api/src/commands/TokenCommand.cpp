#include "commands/TokenCommand.h"

#include "access/Token.h"

#include <waymark/plugin/Plugin.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view usage =
    "usage: waymark http-api token new --role ROLE [--label NAME] [--from CIDR[,CIDR...]]\n"
    "\n"
    "Makes a bearer token for the HTTP API. The first line of the output is the token, which is shown this\n"
    "once; the second is the line for the file that http-api.tokens names. That line is not secret.\n"
    "\n"
    "  --role ROLE    read: look; register: also register and remove peers; admin: everything\n"
    "  --label NAME   what logs call who uses it: letters, digits, '.', '_', '-'\n"
    "  --from CIDR    the networks that it may be used from (anywhere)\n";

struct Arguments
{
    std::optional<http::Role> role;
    std::string label;
    std::vector<node::IpNetwork> networks;
    bool make = false;
    bool help = false;
};

Result<void> take(const std::string& option, const std::string& value, Arguments& arguments)
{
    if (option == "--role") {
        const auto role = parseTokenRole(value);
        if (!role)
            return tl::unexpected(role.error());
        arguments.role = *role;
        return {};
    }
    if (option == "--label") {
        arguments.label = value;
        return TokenEntry::checkLabel(value);
    }
    auto networks = TokenEntry::parseNetworks(value);
    if (!networks)
        return tl::unexpected(networks.error());
    arguments.networks = std::move(*networks);
    return {};
}

Result<Arguments> parse(const std::vector<std::string>& words)
{
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--help" || word == "-h") {
            arguments.help = true;
        } else if (word == "--role" || word == "--label" || word == "--from") {
            if (i + 1 == words.size())
                return failure(ErrorCode::invalidArgument, word + " needs a value");
            if (auto taken = take(word, words[++i], arguments); !taken)
                return tl::unexpected(taken.error().in(word));
        } else if (word == "new" && !arguments.make) {
            arguments.make = true;
        } else {
            return failure(ErrorCode::invalidArgument, "unexpected argument '" + word + "'");
        }
    }
    if (!arguments.help && !arguments.make)
        return failure(ErrorCode::invalidArgument, "say what to do: token new");
    if (!arguments.help && !arguments.role)
        return failure(ErrorCode::invalidArgument, "--role is missing: read, register or admin");
    return arguments;
}

} // namespace

int TokenCommand::run(const plugin::CommandContext& context)
{
    const auto arguments = parse(context.arguments);
    if (!arguments) {
        context.error << "http-api token: " << arguments.error().message << "; see --help\n";
        return static_cast<int>(plugin::ExitCode::usage);
    }
    if (arguments->help) {
        context.out << usage;
        return static_cast<int>(plugin::ExitCode::ok);
    }
    SystemRandom random;
    const SecretBuffer token = makeToken(random);
    const TokenEntry entry{*arguments->role, digestOf(token.view()), arguments->label, arguments->networks};
    context.out << token.view() << '\n' << entry.toString() << '\n';
    context.out.flush();
    if (context.terminal)
        context.error
            << "The first line is the token and is not shown again; the second belongs into the file "
               "that http-api.tokens names (then: reload).\n";
    return static_cast<int>(plugin::ExitCode::ok);
}

} // namespace waymark::httpapi
