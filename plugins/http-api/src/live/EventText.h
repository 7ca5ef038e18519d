#pragma once

#include <waymark/registry/Change.h>
#include <waymark/registry/Revision.h>

#include <string>
#include <string_view>

namespace waymark::httpapi
{

// Server-Sent Events (WHATWG HTML, section 9.2), one function for each kind. Each has the revision as its id,
// which a client that comes back names in Last-Event-ID.

/// `event: revision`, the first of a stream: from here on nothing is left out.
void appendBeginning(std::string& out, registry::Revision from);

/// `event: put` with the peer as it is now, or `event: removed`:
/// {"revision":"...","cause":"change"|"expiry","id":"0x...","peer":{...}|null}.
void appendEvent(std::string& out, const registry::PeerEvent& event);

/// `event: resync`, the last of a stream: its client was too slow, lists again and begins anew.
void appendResync(std::string& out, registry::Revision last);

/// What keeps a connection alive, and is no event.
inline constexpr std::string_view heartbeatText = ":\n\n";

} // namespace waymark::httpapi
