#include "commands/listen/EphemeralNode.h"

#include <Poco/Exception.h>
#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <utility>

namespace waymark::discv4
{

namespace
{

/// What the system would send from to the open internet, else loopback. No packet leaves.
node::IpAddress sourceAddress(node::IpFamily family)
{
    const bool isV4 = family == node::IpFamily::v4;
    try {
        Poco::Net::DatagramSocket socket(isV4 ? Poco::Net::SocketAddress::IPv4
                                              : Poco::Net::SocketAddress::IPv6);
        socket.connect({isV4 ? "192.0.2.1" : "2001:db8::1", 9});
        const auto host = socket.address().host();
        const auto ip = node::IpAddress::fromBytes(
            {static_cast<const Byte*>(host.addr()), static_cast<std::size_t>(host.length())});
        if (ip && !ip->isUnspecified())
            return *ip;
    } catch (const Poco::Exception&) { // NOLINT(bugprone-empty-catch)
        // No route: nobody else is there, either.
    }
    return node::IpAddress::parse(isV4 ? "127.0.0.1" : "::1").value();
}

} // namespace

EphemeralNode::EphemeralNode(node::SecretKey key, const std::vector<node::IpAddress>& external,
                             const Clock& clock)
    : _key(std::move(key)), _public(_key.publicKey()), _nodeId(_public.nodeId()), _clock(clock)
{
    for (const node::IpAddress& ip : external)
        _external.insert_or_assign(ip.family(), ip);
    renew();
}

void EphemeralNode::bound(const node::Endpoint& udp)
{
    const auto family = udp.ip.family();
    const auto external = _external.find(family);
    const bool isGuessed = external == _external.end() && udp.ip.isUnspecified();
    const node::IpAddress ip = external != _external.end() ? external->second
                               : isGuessed                 ? sourceAddress(family)
                                                           : udp.ip;
    {
        const std::lock_guard lock(_mutex);
        _places.insert_or_assign(family, Place{ip, udp.port, isGuessed});
    }
    renew();
}

void EphemeralNode::observed(const node::IpAddress& ip, std::size_t hosts)
{
    {
        const std::lock_guard lock(_mutex);
        const auto place = _places.find(ip.family());
        if (hosts < votesNeeded || place == _places.end() || !place->second.isGuessed ||
            place->second.ip == ip)
            return;
        place->second.ip = ip;
    }
    renew();
}

std::optional<node::NodeEndpoint> EphemeralNode::advertised(node::IpFamily family) const
{
    const std::lock_guard lock(_mutex);
    const auto place = _places.find(family);
    if (place == _places.end())
        return std::nullopt;
    return node::NodeEndpoint{place->second.ip, place->second.port, 0};
}

std::optional<node::NodeEndpoint> EphemeralNode::advertised() const
{
    const auto v4 = advertised(node::IpFamily::v4);
    return v4 ? v4 : advertised(node::IpFamily::v6);
}

std::shared_ptr<const node::Enr> EphemeralNode::record() const
{
    const std::lock_guard lock(_mutex);
    return _record;
}

void EphemeralNode::renew()
{
    std::shared_ptr<const node::Enr> made;
    {
        const std::lock_guard lock(_mutex);
        node::EnrBuilder builder;
        // Nothing is kept of an earlier run with this key: time says which record is the newer one.
        builder.seq(std::max(_clock.unixMilliseconds(), _record ? _record->seq() + 1 : 0));
        for (const auto& [family, place] : _places)
            builder.endpoint({place.ip, place.port, 0});
        made = std::make_shared<const node::Enr>(builder.sign(_key).value());
        _record = made;
    }
    _changed.emit(made);
}

} // namespace waymark::discv4
