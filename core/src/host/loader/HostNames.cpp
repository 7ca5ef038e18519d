#include "host/loader/HostNames.h"

#include <algorithm>
#include <array>
#include <string>

namespace waymark::host
{

namespace
{

constexpr std::array<std::string_view, 11> services{"clock",       "random",   "timers",     "metrics",
                                                    "health",      "routes",   "local-node", "node-store",
                                                    "udp-sockets", "resolver", "files"};
constexpr std::array<std::string_view, 2> replaceable{"local-node", "node-store"};
constexpr std::array<std::string_view, 2> prefixes{"waymark", "node"};

} // namespace

bool isOfHost(std::string_view serviceId) noexcept
{
    return std::ranges::find(services, serviceId) != services.end();
}

bool isPrefixOfHost(std::string_view name) noexcept
{
    return std::ranges::find(prefixes, name) != prefixes.end();
}

Result<void> checkHostNames(const PluginManifest& manifest)
{
    if (isPrefixOfHost(manifest.name))
        return failure(ErrorCode::invalidArgument,
                       "its name " + manifest.name + " is that of the host's own keys");
    for (const std::string& id : manifest.provides)
        if (isOfHost(id) && std::ranges::find(replaceable, id) == replaceable.end())
            return failure(ErrorCode::invalidArgument,
                           "it provides service " + id + ", which the host itself provides");
    return {};
}

} // namespace waymark::host
