#include "commands/RegisterCommand.h"

#include "commands/ProvenClient.h"
#include "json/Utf8.h"

#include <waymark/node/IpAddress.h>

#include <chrono>
#include <map>
#include <ostream>
#include <string>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

CommandArgument portOption(std::string name, std::string help)
{
    return CommandArgument::option(std::move(name), "N")
        .needs("a port")
        .integer(1, 65535)
        .help(std::move(help));
}

Result<void> checkIp(const std::string& value)
{
    const auto ip = node::IpAddress::parse(value);
    return ip ? Result<void>() : failure(ip.error());
}

Result<void> checkLabel(const std::string& value)
{
    if (value.find('=') != std::string::npos && !value.starts_with('='))
        return {};
    return failure(ErrorCode::invalidArgument, "");
}

const plugin::CommandLine& commandLine()
{
    static const plugin::CommandLine line = ProvenClient::withExitCodes(
        ProvenClient::withOptions(
            plugin::CommandLine(
                "http-api register",
                "Registers a peer with a daemon, with a proof that it has the peer's key. The "
                "key itself stays here. Where the daemon takes no proofs, the token in the "
                "file that WAYMARK_TOKEN_FILE names is sent."))
            .takes(CommandArgument::option("ip", "IP")
                       .needs("an IPv4 or IPv6 address")
                       .check(checkIp)
                       .help("where the peer is reached; needed unless there is --enr"))
            .takes(portOption("tcp-port", "its TCP port (30303)"))
            .takes(portOption("udp-port", "its UDP port (that of TCP)"))
            .takes(CommandArgument::option("enr", "ENR")
                       .needs("a record, enr:...")
                       .help("the peer's record, which says where it is reached"))
            .takes(CommandArgument::option("ttl", "TIME")
                       .duration()
                       .help("how long the registration lasts (what the daemon gives)"))
            .takes(CommandArgument::option("label", "NAME=VALUE")
                       .needs("NAME=VALUE")
                       .check(checkLabel)
                       .repeatable()
                       .help("a label, as name=validator-1"))
            .example("waymark register --key node.key --url http://bootnode:8080 --ip 10.0.1.5")
            .exits(ExitCode::ok, "the peer is registered"));
    return line;
}

std::string labelsJson(const std::vector<std::string>& words)
{
    std::string json;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        json += (json.empty() ? "" : ",") + jsonQuoted(word.substr(0, equals)) + ':' +
                jsonQuoted(word.substr(equals + 1));
    }
    return '{' + json + '}';
}

std::string registrationOf(const plugin::CommandValues& values, const node::PublicKey& peer)
{
    const auto enr = values.find("enr");
    std::string json = enr ? R"({"enr":)" + jsonQuoted(*enr) : R"({"id":")" + peer.hex() + '"';
    if (const auto ip = values.find("ip"))
        json += R"(,"ip":)" + jsonQuoted(*ip);
    if (values.has("tcp-port"))
        json += R"(,"tcp_port":)" + std::to_string(values.integer("tcp-port"));
    if (values.has("udp-port"))
        json += R"(,"udp_port":)" + std::to_string(values.integer("udp-port"));
    if (values.has("ttl")) {
        const auto ttl = std::chrono::floor<std::chrono::seconds>(values.duration("ttl"));
        json += R"(,"ttl":)" + std::to_string(ttl.count());
    }
    if (const auto labels = values.all("label"); !labels.empty())
        json += R"(,"labels":)" + labelsJson(labels);
    return json + '}';
}

} // namespace

const plugin::CommandLine& RegisterCommand::line() const
{
    return commandLine();
}

int RegisterCommand::run(const plugin::CommandContext& context)
{
    const auto& line = commandLine();
    const auto values = line.read(context);
    if (!values)
        return values.error();
    if (values->has("ip") == values->has("enr"))
        return line.refuse(context, "say where the peer is reached, with either --ip or --enr");
    if (values->has("ttl") && values->duration("ttl") % std::chrono::seconds(1) != Duration::zero())
        return line.refuse(context, "--ttl must be whole seconds");
    auto client = ProvenClient::open(*values, _clock);
    if (!client && client.error().code == ErrorCode::invalidArgument)
        return line.refuse(context, client.error().message);
    if (!client)
        return line.fail(context, ExitCode::keyFile, client.error().message);
    const auto answer = client->send("POST", "/peers", registrationOf(*values, client->peer()));
    if (!answer)
        return line.fail(context, ExitCode::unavailable, answer.error().message);
    if (answer->status != 201)
        return line.fail(context, ProvenClient::exitCodeFor(answer->status), answer->complaint());
    context.out << printable(answer->body) << '\n';
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::httpapi
