#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/Signal.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Enr.h>
#include <waymark/node/Key.h>
#include <waymark/node/PeerId.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace waymark::discovery
{

/// A node of the network whose endpoint is proven.
struct DiscoveredNode
{
    node::PublicKey key;
    node::NodeEndpoint endpoint;
    std::shared_ptr<const node::Enr> enr; ///< empty when it told none
    WallTime lastSeen;
};

enum class Liveness : std::uint8_t
{
    pending,     ///< not heard from yet
    live,        ///< answered lately
    unresponsive ///< did not answer
};

std::string_view toString(Liveness liveness) noexcept;

/// What this process knows of a peer's being there. Joined to a peer when it is read, never stored with it.
struct PeerLiveness
{
    Liveness state = Liveness::pending;
    std::optional<WallTime> lastPong;
    std::optional<Duration> roundTrip;
};

struct NodeEvent
{
    enum class Kind : std::uint8_t
    {
        found,
        lost
    };
    Kind kind;
    DiscoveredNode node;
};

/// A protocol that finds nodes. Several may be loaded. Any thread; nothing here waits for the network.
class Discovery
{
public:
    static constexpr const char* serviceId = "discovery";
    static constexpr bool many = true;

    using LookupCompletion = std::function<void(std::vector<DiscoveredNode>)>;

    virtual ~Discovery() = default;

    /// "discv4", ...
    virtual std::string_view protocol() const noexcept = 0;

    /// Every proven node, strangers and registered ones alike, in no order.
    virtual std::vector<DiscoveredNode> nodes() const = 0;
    virtual std::size_t nodeCount() const = 0;

    /// Looks for the nodes nearest to a key. The completion comes exactly once, nearest first, from a thread
    /// of the protocol; it is brief.
    virtual void lookup(const node::PublicKey& target, LookupCompletion completion) = 0;

    /// Nothing for peers that this protocol does not follow.
    virtual std::optional<PeerLiveness> liveness(const node::PeerId& id) const = 0;

    /// Nodes found and lost, on the protocol's threads.
    virtual Signal<NodeEvent>& events() = 0;
};

} // namespace waymark::discovery
