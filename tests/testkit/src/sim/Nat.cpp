#include <waymark/testkit/sim/Nat.h>

#include <algorithm>
#include <stdexcept>

namespace waymark::testkit::sim
{

namespace
{

/// What of a remote endpoint counts when it wants in.
node::Endpoint relevant(NatKind kind, const node::Endpoint& remote) noexcept
{
    return kind == NatKind::restrictedCone ? node::Endpoint{remote.ip, 0} : remote;
}

} // namespace

Nat::Nat(const NatSettings& settings) : _settings(settings), _next(settings.firstPort)
{
    if (!settings.publicAddress.isV4() || settings.publicAddress.isUnspecified())
        throw std::invalid_argument("a NAT needs a public IPv4 address, not " +
                                    settings.publicAddress.toString());
    if (settings.firstPort == 0 || settings.firstPort > settings.lastPort)
        throw std::invalid_argument("a NAT needs ports to give out: from 1 on, the first not above the last");
}

std::optional<std::uint16_t> Nat::freePort(Duration now)
{
    const std::size_t count = std::size_t{_settings.lastPort} - _settings.firstPort + 1;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint16_t port = _next;
        _next = port == _settings.lastPort ? _settings.firstPort : static_cast<std::uint16_t>(port + 1);
        const auto taken = _mappings.find(port);
        if (taken == _mappings.end())
            return port;
        if (isOver(taken->second.used, now)) {
            _ports.erase(taken->second.flow);
            _mappings.erase(taken);
            return port;
        }
    }
    return std::nullopt;
}

Nat::Mapping* Nat::mappingFor(const Flow& flow, Duration now, std::uint16_t& port)
{
    const auto known = _ports.find(flow);
    if (known != _ports.end()) {
        port = known->second;
        Mapping& mapping = _mappings.at(port);
        if (!isOver(mapping.used, now))
            return &mapping;
        _mappings.erase(port);
        _ports.erase(known);
    }
    const auto fresh = freePort(now);
    if (!fresh)
        return nullptr;
    port = *fresh;
    _ports.emplace(flow, port);
    return &_mappings.emplace(port, Mapping{flow, now, {}}).first->second;
}

std::optional<node::Endpoint> Nat::outbound(const node::Endpoint& inside, const node::Endpoint& remote,
                                            Duration now)
{
    const Flow flow{inside, _settings.kind == NatKind::symmetric ? remote : node::Endpoint()};
    std::uint16_t port = 0;
    Mapping* const mapping = mappingFor(flow, now, port);
    if (mapping == nullptr)
        return std::nullopt;
    mapping->used = now;
    if (_settings.kind == NatKind::restrictedCone || _settings.kind == NatKind::portRestrictedCone)
        mapping->asked[relevant(_settings.kind, remote)] = now;
    return node::Endpoint{_settings.publicAddress, port};
}

bool Nat::letsIn(const Mapping& mapping, const node::Endpoint& remote, Duration now) const
{
    switch (_settings.kind) {
    case NatKind::fullCone:
        return true;
    case NatKind::symmetric:
        return mapping.flow.remote == remote;
    case NatKind::restrictedCone:
    case NatKind::portRestrictedCone:
        break;
    }
    const auto asked = mapping.asked.find(relevant(_settings.kind, remote));
    return asked != mapping.asked.end() && !isOver(asked->second, now);
}

tl::expected<node::Endpoint, Fate> Nat::inbound(const node::Endpoint& remote, std::uint16_t port,
                                                Duration now)
{
    const auto found = _mappings.find(port);
    if (found == _mappings.end() || isOver(found->second.used, now))
        return tl::unexpected(Fate::natClosed);
    Mapping& mapping = found->second;
    if (!letsIn(mapping, remote, now))
        return tl::unexpected(Fate::natFiltered);
    if (_settings.refreshedFromOutside) {
        mapping.used = now;
        if (const auto asked = mapping.asked.find(relevant(_settings.kind, remote));
            asked != mapping.asked.end())
            asked->second = now;
    }
    return mapping.flow.inside;
}

std::size_t Nat::mappings(Duration now) const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(_mappings, [&](const auto& entry) { return !isOver(entry.second.used, now); }));
}

void Nat::reset()
{
    _mappings.clear();
    _ports.clear();
}

} // namespace waymark::testkit::sim
