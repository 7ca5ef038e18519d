#pragma once

#include <waymark/registry/PeerRegistry.h>

namespace waymark::discv4
{

/// Nobody is registered, and nobody can be: for a node that is there for a while only.
class EmptyRegistry final : public registry::PeerRegistry
{
public:
    void apply(registry::ChangeBatch /*batch*/, registry::Completion completion) override
    {
        completion(refusal());
    }
    void sync(std::string /*origin*/, std::vector<registry::Peer> /*peers*/,
              registry::Completion completion) override
    {
        completion(refusal());
    }
    std::optional<registry::Peer> find(const node::PeerId& /*id*/) const override { return std::nullopt; }
    std::vector<registry::ClaimState> claims(const node::PeerId& /*id*/) const override { return {}; }
    registry::PeerPage list(const std::optional<node::PeerId>& /*after*/,
                            std::size_t /*limit*/) const override
    {
        return {};
    }
    std::size_t size() const override { return 0; }
    registry::ClosestAnswer closest(const registry::ClosestQuery& /*query*/,
                                    std::span<registry::ClosestPeer> /*out*/) const override
    {
        return {};
    }
    registry::Revision revision() const override { return {}; }
    Result<std::unique_ptr<registry::Watch>> watch(registry::Revision /*from*/,
                                                   registry::WatchOptions /*options*/) override
    {
        return failure(refusal().value());
    }
    Signal<registry::PeerEvent>& changes() override { return _changes; }

private:
    static tl::unexpected<Error> refusal()
    {
        return failure(ErrorCode::unavailable, "this node keeps no register of peers");
    }

    Signal<registry::PeerEvent> _changes;
};

} // namespace waymark::discv4
