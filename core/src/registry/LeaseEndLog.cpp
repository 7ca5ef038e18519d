#include "registry/LeaseEndLog.h"

#include <utility>

namespace waymark::registry
{

namespace
{

/// So many lines a minute are written of one event.
constexpr std::size_t few = 10;
/// Where there is no end of them.
constexpr std::size_t most = 100'000;

} // namespace

void LeaseEndLog::note(const LeasesOver& over)
{
    if (_together == 0 && !over.moreFollow && over.claims.size() <= few) {
        for (const ClaimGone& claim : over.claims)
            _log.limited(observe::LogLevel::info, "registry.lease_ended",
                         {{"peer", claim.peer.toString()}, {"origin", claim.origin}});
        return;
    }
    _together += over.claims.size();
    if (over.moreFollow && _together < most)
        return;
    _log.limited(observe::LogLevel::info, "registry.leases_ended", {{"leases", std::exchange(_together, 0)}},
                 "So many registrations were not renewed.");
}

} // namespace waymark::registry
