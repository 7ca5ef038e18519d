#include "engine/Reach.h"

#include <algorithm>

namespace waymark::discv4::engine
{

using node::IpScope;
using registry::ReachSet;

registry::ReachSet reachFor(const node::IpAddress& requester) noexcept
{
    const auto family = requester.family();
    ReachSet reach = ReachSet::of(family, IpScope::global);
    const IpScope scope = requester.scope();
    if (scope == IpScope::lan || scope == IpScope::loopback)
        reach = reach | ReachSet::of(family, IpScope::lan);
    if (scope == IpScope::loopback)
        reach = reach | ReachSet::of(family, IpScope::loopback);
    return reach;
}

bool mayTell(const node::IpAddress& teller, const node::IpAddress& told) noexcept
{
    switch (told.scope()) {
    case IpScope::global:
        return true;
    case IpScope::lan:
        return isLocal(teller);
    case IpScope::loopback:
        return teller.scope() == IpScope::loopback;
    case IpScope::special:
        break;
    }
    return false;
}

bool isUsable(const node::Endpoint& endpoint) noexcept
{
    if (endpoint.port == 0 || endpoint.ip.isUnspecified())
        return false;
    const Byte first = endpoint.ip.bytes().front();
    const bool multicastOrBroadcast = endpoint.ip.isV4() ? first >= 224 : first == 0xff;
    return !multicastOrBroadcast;
}

node::IpAddress prefixOf(const node::IpAddress& ip) noexcept
{
    if (ip.isV4()) {
        const ByteView bytes = ip.bytes();
        return node::IpAddress::v4(bytes[0], bytes[1], bytes[2], 0);
    }
    FixedBytes<16> masked{};
    std::ranges::copy(ip.bytes().first(8), masked.begin());
    return *node::IpAddress::fromBytes(masked);
}

bool isLocal(const node::IpAddress& ip) noexcept
{
    const IpScope scope = ip.scope();
    return scope == IpScope::lan || scope == IpScope::loopback;
}

} // namespace waymark::discv4::engine
