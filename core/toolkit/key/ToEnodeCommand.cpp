#include "key/ToEnodeCommand.h"

#include "key/KeyFiles.h"

#include <waymark/node/Enode.h>
#include <waymark/toolkit/Listing.h>

#include <ostream>

namespace waymark::toolkit
{

using plugin::CommandArgument;
using plugin::ExitCode;

const plugin::CommandLine& ToEnodeCommand::line() const
{
    static const plugin::CommandLine line = key::exitingForKeys(
        plugin::CommandLine("node key to-enode", "Prints the URL of the node that has a key.")
            .takes(CommandArgument::option("ip", "IP")
                       .required()
                       .needs("an address")
                       .check([](const std::string& value) -> Result<void> {
                           return node::IpAddress::parse(value).map([](const node::IpAddress&) {});
                       })
                       .help("where the node is, IPv4 or IPv6"))
            .takes(CommandArgument::option("tcp-port", "PORT")
                       .needs("a port")
                       .integer(0, 65535)
                       .defaultsTo("30303")
                       .help("the RLPx port; 0 for a node without one, such as a bootnode"))
            .takes(CommandArgument::option("udp-port", "PORT")
                       .needs("a port")
                       .integer(1, 65535)
                       .help("the discovery port; else that of TCP, or 30303 where that is 0"))
            .takes(key::fileOperand())
            .takes(Listing::jsonFlag())
            .example("waymark key to-enode node.key --ip 203.0.113.7")
            .exits(ExitCode::ok, "it was printed")
            .exits(ExitCode::usage, "the arguments are wrong"));
    return line;
}

int ToEnodeCommand::run(const plugin::CommandContext& context)
{
    constexpr std::uint16_t usualPort = 30303;
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto key = key::readKey(line(), context, values->text("FILE"));
    if (!key)
        return key.error();
    const auto ip = node::IpAddress::parse(values->text("ip")).value();
    const auto tcp = static_cast<std::uint16_t>(values->integer("tcp-port"));
    const auto udp = values->has("udp-port") ? static_cast<std::uint16_t>(values->integer("udp-port"))
                     : tcp == 0              ? usualPort
                                             : tcp;
    const std::string url = node::Enode{key->publicKey(), {ip, udp, tcp}}.toString();
    if (values->has("json"))
        Record()
            .add("enode", url)
            .add("public_key", key->publicKey().hex())
            .add("ip", ip.toString())
            .add("tcp_port", tcp)
            .add("udp_port", udp)
            .print(context, *values);
    else
        context.out << url << '\n' << std::flush;
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::toolkit
