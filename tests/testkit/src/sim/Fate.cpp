#include <waymark/testkit/sim/Fate.h>

namespace waymark::testkit::sim
{

std::string_view toString(Fate fate) noexcept
{
    switch (fate) {
    case Fate::delivered:
        return "delivered";
    case Fate::unclaimed:
        return "unclaimed";
    case Fate::lost:
        return "lost";
    case Fate::partitioned:
        return "partitioned";
    case Fate::tooLarge:
        return "too-large";
    case Fate::noRoute:
        return "no-route";
    case Fate::hostDown:
        return "host-down";
    case Fate::noSocket:
        return "no-socket";
    case Fate::natClosed:
        return "nat-closed";
    case Fate::natFiltered:
        return "nat-filtered";
    case Fate::natFull:
        return "nat-full";
    case Fate::natHairpin:
        return "nat-hairpin";
    case Fate::sendBufferFull:
        return "send-buffer-full";
    case Fate::receiveBufferFull:
        return "receive-buffer-full";
    }
    return "unknown";
}

} // namespace waymark::testkit::sim
