#pragma once

#include <waymark/registry/RegistryPlan.h>

namespace waymark::registry
{

/// What a claim must look like, so that everything that is stored is bounded and can be read back:
/// an origin of 1..128 printable ASCII characters; at most 16 addresses, whose hosts are 1..253 printable
/// ASCII characters without spaces, for eth peers IP addresses in canonical text; at most 32 labels of 1..64
/// printable ASCII characters with values of up to 256 bytes of UTF-8 without control characters; an ENR
/// only of the peer's own key.
/// The error names the field.
Result<void> checkClaim(std::string_view origin, const Peer& peer);

Result<void> checkOrigin(std::string_view origin);

/// 0, or minimumTtl to maximumTtl.
Result<void> checkTtl(Duration ttl);

} // namespace waymark::registry
