#include "server/ServerState.h"

namespace waymark::httpapi
{

std::string_view nameOf(Phase phase) noexcept
{
    constexpr std::array<std::string_view, phaseCount> names{
        "idle", "reading", "dispatched", "parked", "streaming", "writing", "closing", "handshaking"};
    return names[static_cast<std::size_t>(phase)];
}

} // namespace waymark::httpapi
