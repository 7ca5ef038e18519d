#pragma once

#include <waymark/base/Signal.h>
#include <waymark/registry/Change.h>
#include <waymark/registry/Closest.h>
#include <waymark/registry/Peer.h>
#include <waymark/registry/Watch.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace waymark::registry
{

/// One page of peers in order of id.
struct PeerPage
{
    std::vector<Peer> peers;
    std::vector<Lease> leases;        ///< of the claims that are shown, one for each of the peers
    std::optional<node::PeerId> next; ///< where the next page starts (exclusive); nothing on the last
    Revision revision;
};

/// Who is registered. Every back end implements this contract and passes the same suite
/// (waymark/contract/PeerRegistrySuite.h). Any thread may call anything; reads never wait for a disk.
///
/// A claim whose lease is over is not read any more from that moment on, and within a second closest() knows
/// as well, whatever the disk does. The event and the revision follow as soon as the back end gets to it.
class PeerRegistry
{
public:
    static constexpr const char* serviceId = "peer-registry";

    virtual ~PeerRegistry() = default;

    /// Applies a batch whole or not at all (single changes may still be refused as stale). Returns at once;
    /// the completion tells the rest. `busy`: too many changes wait already, come back when some are done;
    /// `unavailable`: the back end is stopping or out of room, its disk is full or in use. Nothing of the
    /// batch happened then.
    virtual void apply(ChangeBatch batch, Completion completion) = 0;

    /// Makes `peers` the whole of what `origin` claims, in one step. Outcomes: one for each of the peers, in
    /// order, then one `removed` for each claim that went. A peer whose ENR is stale keeps its claim as it
    /// was. The claims are without leases: they last until the next sync().
    virtual void sync(std::string origin, std::vector<Peer> peers, Completion completion) = 0;

    /// The peer as shown: of all claims, that of the highest origin ("api" first, then by name).
    virtual std::optional<Peer> find(const node::PeerId& id) const = 0;

    /// The claims on a peer, highest origin first; empty for an unknown one.
    virtual std::vector<ClaimState> claims(const node::PeerId& id) const = 0;

    /// At most `limit` peers with ids after `after`.
    virtual PeerPage list(const std::optional<node::PeerId>& after, std::size_t limit) const = 0;

    virtual std::size_t size() const = 0;

    /// The exact out.size() nearest eth peers within the query's reach. On the packet path: allocates
    /// nothing and waits for no disk.
    virtual ClosestAnswer closest(const ClosestQuery& query, std::span<ClosestPeer> out) const = 0;

    virtual Revision revision() const = 0;

    /// Follows changes after `from`: history first, then live. `stale` when the epoch is foreign or the
    /// history no longer reaches back that far: list again, then watch from the page's revision.
    virtual Result<std::unique_ptr<Watch>> watch(Revision from, WatchOptions options) = 0;

    /// Every change, on the thread that made it, in order of revision. Subscribers must be brief.
    virtual Signal<PeerEvent>& changes() = 0;
};

} // namespace waymark::registry
