#include "commands/RegistrationOptions.h"

#include "commands/PeerArgument.h"
#include "json/Utf8.h"

#include <waymark/node/IpAddress.h>
#include <waymark/registry/Lease.h>

#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;

constexpr std::uint64_t usualPort = 30303;

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

} // namespace

CommandArgument RegistrationOptions::ipOption(std::string help)
{
    return CommandArgument::option("ip", "IP")
        .needs("an IPv4 or IPv6 address")
        .check(checkIp)
        .help(std::move(help));
}

plugin::CommandLine RegistrationOptions::withPorts(plugin::CommandLine line)
{
    return std::move(line)
        .takes(portOption("tcp-port", "its TCP port (30303)"))
        .takes(portOption("udp-port", "its UDP port (that of TCP)"));
}

std::uint16_t RegistrationOptions::tcpPort(const plugin::CommandValues& values)
{
    return static_cast<std::uint16_t>(values.has("tcp-port") ? values.integer("tcp-port") : usualPort);
}

std::uint16_t RegistrationOptions::udpPort(const plugin::CommandValues& values)
{
    return values.has("udp-port") ? static_cast<std::uint16_t>(values.integer("udp-port")) : tcpPort(values);
}

plugin::CommandLine RegistrationOptions::withContent(plugin::CommandLine line, std::string ttlHelp)
{
    return std::move(line)
        .takes(CommandArgument::option("ttl", "DURATION").duration().help(std::move(ttlHelp)))
        .takes(PeerArgument::labelOption("a label, as name=validator-1"));
}

Result<RegistrationOptions> RegistrationOptions::from(const plugin::CommandValues& values)
{
    RegistrationOptions options;
    if (values.has("ttl")) {
        const auto ttl = std::chrono::floor<std::chrono::seconds>(values.duration("ttl"));
        if (ttl != values.duration("ttl"))
            return failure(ErrorCode::invalidArgument, "--ttl must be whole seconds");
        if (ttl > registry::maximumTtl)
            return failure(ErrorCode::invalidArgument,
                           "--ttl is at most 10 years (3660d), or 0 for ever, not " + values.text("ttl"));
        options.ttl = ttl;
    }
    for (auto& [name, value] : PeerArgument::labels(values.all("label")))
        if (!options.labels.emplace(name, value).second)
            return failure(ErrorCode::invalidArgument, "--label says '" + name + "' twice");
    return options;
}

std::string RegistrationOptions::json() const
{
    std::string text;
    if (ttl)
        text += R"(,"ttl":)" + std::to_string(ttl->count());
    std::string members;
    for (const auto& [name, value] : labels)
        members += (members.empty() ? "" : ",") + jsonQuoted(name) + ':' + jsonQuoted(value);
    return members.empty() ? text : text + R"(,"labels":{)" + members + '}';
}

} // namespace waymark::httpapi
