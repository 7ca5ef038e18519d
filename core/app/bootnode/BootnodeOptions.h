#pragma once

#include <waymark/base/Result.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/IpNetwork.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::app
{

/// What -nat says.
struct NatOption
{
    std::vector<std::string> external; ///< for node.external-ip
    bool asksForMapping = false;       ///< geth would have asked the router for a port
};

/// "any|none|extip:IP" and geth's other words for them. `unavailable` for what asks a router (upnp, pmp) or
/// a STUN server: the message says what to do instead. `invalidArgument` for anything else.
Result<NatOption> parseNat(std::string_view text);

/// Networks with commas between them, blanks anywhere. As Go reads them: what is behind the prefix is cut
/// off. `invalidArgument` with the one that is wrong.
Result<std::vector<node::IpNetwork>> parseNetworks(std::string_view text);

/// Where to listen, from "host:port" as Go's net.ResolveUDPAddr reads it. Without a host: every address,
/// IPv4 and, where the machine has it, IPv6. A name is resolved, IPv4 first; a port may be the name of a
/// service. `invalidArgument`, or `unavailable` for a name that has no address.
Result<std::vector<node::Endpoint>> resolveListen(const std::string& text);

/// Our level of the log for geth's -verbosity, 0 to 5.
std::string logLevelOf(std::uint64_t verbosity);

} // namespace waymark::app
