#pragma once

#include "commands/ApiClient.h"

namespace waymark::httpapi
{

/// Whether a daemon says that a peer is not registered. Many a server has nothing at a path; only the
/// daemon's own words count.
bool saysUnknown(const ApiAnswer& answer);

} // namespace waymark::httpapi
