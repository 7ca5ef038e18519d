#pragma once

#include <waymark/base/Clock.h>
#include <waymark/node/IpAddress.h>

#include <cstdint>

namespace waymark::testkit::sim
{

/// The four kinds of RFC 3489, section 5. `inside` is the host's own endpoint, `remote` the other end.
enum class NatKind
{
    fullCone,           ///< one outer port for each inside; lets everybody in
    restrictedCone,     ///< the same port; lets in addresses that inside sent to
    portRestrictedCone, ///< the same port; lets in endpoints that inside sent to
    symmetric           ///< a port for each pair of inside and remote; lets in that remote only
};

/// A router with network address translation between private hosts and one public IPv4 address.
struct NatSettings
{
    NatKind kind = NatKind::portRestrictedCone;
    node::IpAddress publicAddress;
    Duration mappingTimeout = std::chrono::minutes(2); ///< without traffic; the same for who is let in
    bool refreshedFromOutside = false;                 ///< whether what comes in keeps a mapping alive
    bool hairpin = false; ///< whether inside hosts reach each other by public endpoints
    /// Ports are given out in turn from the first to the last.
    std::uint16_t firstPort = 20'000;
    std::uint16_t lastPort = 65'535;
};

} // namespace waymark::testkit::sim
