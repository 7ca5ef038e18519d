#pragma once

#include <waymark/registry/PeerIndex.h>
#include <waymark/registry/StoredRegistry.h>

#include <cstddef>
#include <cstdint>

namespace waymark::discv4::simulation
{

/// What a gang of liars tells of: nodes that do not exist, at addresses where nobody is, the nearest ones to
/// whatever is asked for. Otherwise its members do all that honest nodes do, so that they get into tables.
class LyingRegistry final : public registry::PeerRegistry
{
public:
    /// `firstKey` and those after it are of testkit::testKey(); no others may use them.
    LyingRegistry(std::size_t lies, std::uint64_t firstKey);

    registry::ClosestAnswer closest(const registry::ClosestQuery& query,
                                    std::span<registry::ClosestPeer> out) const override
    {
        return _lies.closest(query, out);
    }

    // Nobody is registered: liars do not ping those whom they made up.
    void apply(registry::ChangeBatch batch, registry::Completion completion) override
    {
        _empty.apply(std::move(batch), std::move(completion));
    }
    void sync(std::string origin, std::vector<registry::Peer> peers, registry::Completion completion) override
    {
        _empty.sync(std::move(origin), std::move(peers), std::move(completion));
    }
    std::optional<registry::Peer> find(const node::PeerId& id) const override { return _empty.find(id); }
    std::vector<registry::ClaimState> claims(const node::PeerId& id) const override
    {
        return _empty.claims(id);
    }
    registry::PeerPage list(const std::optional<node::PeerId>& after, std::size_t limit) const override
    {
        return _empty.list(after, limit);
    }
    std::size_t size() const override { return _empty.size(); }
    registry::Revision revision() const override { return _empty.revision(); }
    Result<std::unique_ptr<registry::Watch>> watch(registry::Revision from,
                                                   registry::WatchOptions options) override
    {
        return _empty.watch(from, options);
    }
    Signal<registry::PeerEvent>& changes() override { return _empty.changes(); }

private:
    registry::StoredRegistry _empty;
    registry::PeerIndex _lies;
};

} // namespace waymark::discv4::simulation
