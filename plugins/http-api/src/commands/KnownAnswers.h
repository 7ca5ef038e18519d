#pragma once

#include "commands/ApiClient.h"

namespace waymark::httpapi
{

/// Whether a daemon says that a peer is not registered. Many a server has nothing at a path; only the
/// daemon's own words count.
bool saysUnknown(const ApiAnswer& answer);
/// Whether a daemon says that it has seen a newer record of the peer.
bool saysStale(const ApiAnswer& answer);
/// Whether a daemon says that a proof is not for now: the clock here or there is wrong.
bool saysClockDiffers(const ApiAnswer& answer);

} // namespace waymark::httpapi
