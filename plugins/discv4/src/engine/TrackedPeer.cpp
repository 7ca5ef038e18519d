#include "engine/TrackedPeer.h"

#include <algorithm>

namespace waymark::discv4::engine
{

using discovery::Liveness;
using node::IpFamily;

namespace
{

std::size_t indexOf(IpFamily family) noexcept
{
    return static_cast<std::size_t>(family);
}

bool isGivenUp(const std::optional<Spot>& spot) noexcept
{
    return !spot || !spot->isReachable || spot->state == Liveness::unresponsive;
}

} // namespace

Spot* TrackedPeer::spot(IpFamily family, SpotKind kind) noexcept
{
    auto* const place = kind == SpotKind::registered ? &spot(family) : seen(family);
    return place && *place ? &**place : nullptr;
}

std::optional<Spot>& TrackedPeer::spot(IpFamily family) noexcept
{
    return spots[indexOf(family)];
}

const std::optional<Spot>& TrackedPeer::spot(IpFamily family) const noexcept
{
    return spots[indexOf(family)];
}

std::optional<Spot>* TrackedPeer::seen(IpFamily family) noexcept
{
    return elsewhere ? &elsewhere->spots[indexOf(family)] : nullptr;
}

const Spot* TrackedPeer::seen(IpFamily family) const noexcept
{
    const auto* const place = elsewhere ? &elsewhere->spots[indexOf(family)] : nullptr;
    return place && *place ? &**place : nullptr;
}

TrackedPeer::Found TrackedPeer::at(const node::Endpoint& endpoint) noexcept
{
    const auto isThere = [&](const std::optional<Spot>& place) {
        return place && place->endpoint.udpEndpoint() == endpoint;
    };
    const auto family = endpoint.ip.family();
    if (auto& place = spot(family); isThere(place))
        return {&*place, SpotKind::registered};
    if (auto* const place = seen(family); place && isThere(*place))
        return {&**place, SpotKind::seen};
    return {};
}

bool TrackedPeer::isAt(const node::Endpoint& endpoint) const noexcept
{
    const auto isThere = [&](const Spot& place) {
        return place.endpoint.udpEndpoint() == endpoint;
    };
    const auto& registered = spot(endpoint.ip.family());
    const Spot* const there = seen(endpoint.ip.family());
    return (registered && isThere(*registered)) || (there != nullptr && isThere(*there));
}

Liveness TrackedPeer::best() const noexcept
{
    if (hasMoved())
        return Liveness::live;
    std::optional<Liveness> best;
    for (const auto& place : spots) {
        if (!place || !place->isReachable || best == Liveness::live)
            continue;
        if (!best || *best == Liveness::unresponsive || place->state == Liveness::live)
            best = place->state;
    }
    return best.value_or(Liveness::pending);
}

bool TrackedPeer::hasMoved(IpFamily family) const noexcept
{
    const Spot* const there = seen(family);
    if (there == nullptr || there->state != Liveness::live)
        return false;
    const auto& registered = spot(family);
    return registered ? isGivenUp(registered) : std::ranges::all_of(spots, isGivenUp);
}

bool TrackedPeer::hasMoved() const noexcept
{
    return elsewhere && (hasMoved(IpFamily::v4) || hasMoved(IpFamily::v6));
}

std::optional<node::NodeEndpoint> TrackedPeer::told(IpFamily family, Advertise advertise) const noexcept
{
    if (hasMoved(family))
        return seen(family)->endpoint;
    const auto& registered = spot(family);
    if (!registered || (advertise == Advertise::live && registered->state != Liveness::live))
        return std::nullopt;
    return registered->endpoint;
}

} // namespace waymark::discv4::engine
