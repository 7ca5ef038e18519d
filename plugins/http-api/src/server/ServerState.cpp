#include "server/ServerState.h"

namespace waymark::httpapi
{

std::string_view nameOf(Phase phase) noexcept
{
    constexpr std::array<std::string_view, phaseCount> names{
        "handshaking", "idle", "reading", "dispatched", "parked", "streaming", "writing", "closing"};
    return names[static_cast<std::size_t>(phase)];
}

} // namespace waymark::httpapi
