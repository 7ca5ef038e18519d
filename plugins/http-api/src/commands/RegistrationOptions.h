#pragma once

#include <waymark/base/Result.h>
#include <waymark/plugin/CommandArgument.h>
#include <waymark/plugin/CommandLine.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace waymark::httpapi
{

/// What a registration says besides who the peer is, as options of commands.
struct RegistrationOptions
{
    std::optional<std::chrono::seconds> ttl; ///< 0: for ever; nothing: what the daemon gives
    std::map<std::string, std::string> labels;

    /// --ttl and --label.
    static plugin::CommandLine withContent(plugin::CommandLine line, std::string ttlHelp);
    /// Errors are invalidArgument.
    static Result<RegistrationOptions> from(const plugin::CommandValues& values);

    static plugin::CommandArgument ipOption(std::string help);
    /// --tcp-port and --udp-port.
    static plugin::CommandLine withPorts(plugin::CommandLine line);
    static std::uint16_t tcpPort(const plugin::CommandValues& values);
    static std::uint16_t udpPort(const plugin::CommandValues& values);

    /// `,"ttl":60,"labels":{...}` behind the credential of a registration; empty when it says nothing.
    std::string json() const;
};

} // namespace waymark::httpapi
