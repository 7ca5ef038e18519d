#include "enode/ParseCommand.h"

#include <waymark/node/Enode.h>
#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/NodeFlaw.h>
#include <waymark/toolkit/Record.h>

namespace waymark::toolkit
{

using plugin::CommandArgument;
using plugin::ExitCode;

namespace
{

const char* toString(node::IpScope scope)
{
    switch (scope) {
    case node::IpScope::loopback:
        return "loopback: this machine only";
    case node::IpScope::lan:
        return "private: not reachable from the internet";
    case node::IpScope::global:
        return "global";
    case node::IpScope::special:
        break;
    }
    return "special: multicast, documentation or reserved";
}

const char* nameOf(node::IpScope scope)
{
    switch (scope) {
    case node::IpScope::loopback:
        return "loopback";
    case node::IpScope::lan:
        return "lan";
    case node::IpScope::global:
        return "global";
    case node::IpScope::special:
        break;
    }
    return "special";
}

Cell portCell(std::uint16_t port)
{
    return port == 0 ? Cell(port).shownAs("0 (none)") : Cell(port);
}

Record factsOf(const node::PublicKey& key, std::uint16_t tcp, std::uint16_t udp)
{
    Record record;
    record.add("node_id", "node id", toHex(key.nodeId()))
        .add("public_key", "public key", key.hex())
        .add("tcp_port", "TCP port", portCell(tcp))
        .add("udp_port", "UDP port", portCell(udp));
    return record;
}

} // namespace

const plugin::CommandLine& ParseCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine(
            "node enode parse",
            "Shows the parts of a node URL, or points at what is wrong with it. Host names are not "
            "resolved.")
            .takes(CommandArgument::operand("ENODE")
                       .needs("a node URL")
                       .help("enode://<128 hex digits>@<ip>:<tcp port>[?discport=<udp port>]"))
            .takes(Listing::jsonFlag())
            .example("waymark enode parse enode://ca634cae...@203.0.113.7:30303?discport=30301")
            .exits(ExitCode::ok, "it is a node URL")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::corruptData, "it is none");
    return line;
}

int ParseCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const std::string& text = values->text("ENODE");
    if (const auto url = node::Enode::parse(text)) {
        const auto& where = url->endpoint;
        factsOf(url->key, where.tcp, where.udp)
            .add("ip", "address", where.ip.toString())
            .add("scope", "scope", Cell(nameOf(where.ip.scope())).shownAs(toString(where.ip.scope())))
            .print(context, *values);
        return static_cast<int>(ExitCode::ok);
    }
    if (const auto named = node::NamedEnode::parse(text)) {
        factsOf(named->key, named->tcp, named->udp)
            .add("host", "host name", Cell(named->host).shownAs(named->host + " (not resolved here)"))
            .print(context, *values);
        return static_cast<int>(ExitCode::ok);
    }
    const auto flaw = node::Enode::examine(text).error();
    return line().fail(context, ExitCode::corruptData,
                       NodeFlaw{flaw.toString(), flaw.position}.shown(text, context.width));
}

} // namespace waymark::toolkit
