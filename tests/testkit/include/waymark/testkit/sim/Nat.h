#pragma once

#include <waymark/node/Endpoint.h>
#include <waymark/testkit/sim/Fate.h>
#include <waymark/testkit/sim/NatSettings.h>

#include <tl/expected.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>

namespace waymark::testkit::sim
{

class Host;

/// The mappings and filters of one NAT. SimNetwork has the packets pass it; tests may ask what it does.
class Nat
{
public:
    /// std::invalid_argument for a public address that is no IPv4 one, or ports without room.
    explicit Nat(const NatSettings& settings);

    const NatSettings& settings() const noexcept { return _settings; }
    node::IpAddress address() const noexcept { return _settings.publicAddress; }

    /// A packet leaves: the public endpoint it has outside; nothing when every port is taken.
    std::optional<node::Endpoint> outbound(const node::Endpoint& inside, const node::Endpoint& remote,
                                           Duration now);
    /// A packet comes to a port: where it goes inside, or why it does not.
    tl::expected<node::Endpoint, Fate> inbound(const node::Endpoint& remote, std::uint16_t port,
                                               Duration now);

    /// Mappings that have not timed out.
    std::size_t mappings(Duration now) const;
    /// Forgets everything, as when it is switched off and on.
    void reset();

private:
    friend class SimNetwork;
    friend class Host;

    /// For cone kinds the remote is left empty: it makes no difference.
    struct Flow
    {
        node::Endpoint inside;
        node::Endpoint remote;

        friend auto operator<=>(const Flow&, const Flow&) noexcept = default;
    };
    struct Mapping
    {
        Flow flow;
        Duration used{0};
        std::unordered_map<node::Endpoint, Duration, node::EndpointHash>
            asked; ///< remotes; port 0 where it does not count
    };
    using Mappings = std::map<std::uint16_t, Mapping>;

    bool isOver(Duration used, Duration now) const noexcept { return now - used >= _settings.mappingTimeout; }
    std::optional<std::uint16_t> freePort(Duration now);
    Mapping* mappingFor(const Flow& flow, Duration now, std::uint16_t& port);
    bool letsIn(const Mapping& mapping, const node::Endpoint& remote, Duration now) const;

    NatSettings _settings;
    Mappings _mappings;
    std::map<Flow, std::uint16_t> _ports;
    std::uint16_t _next;
    std::uint32_t _island = 0;
    std::unordered_map<node::IpAddress, Host*, node::IpAddressHash> _inside;
};

} // namespace waymark::testkit::sim
